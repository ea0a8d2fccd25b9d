//! Which modules of a crate import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module, as the names that lead to it from the root.
type Module = Vec<String>;

/// The groups of modules in a crate that import each other: in each folder its files and folders, with all that a folder
/// holds counted as one. What a `mod.rs` holds is the folder's own, and all in it may use it. The root is left out, for it
/// only names what is there; who takes something from it takes it from where the root has it from.
pub(crate) fn circles(source: &Path) -> Vec<Vec<String>> {
    let mut texts = BTreeMap::new();
    read(source, &mut Vec::new(), &mut texts);
    let root = texts.remove(&Module::new()).unwrap();
    let named_in_root = names_in_root(&root, &texts);
    // By folder: which of its parts import which.
    let mut levels = BTreeMap::<Module, BTreeMap<String, BTreeSet<String>>>::new();
    for (module, text) in &texts {
        for path in paths(text, module) {
            let target = (1..=path.len()).rev().map(|n| &path[..n]).find(|part| texts.contains_key(*part));
            let named = || path.first().and_then(|name| named_in_root.get(name)).cloned();
            let Some(target) = target.map(<[String]>::to_vec).or_else(named) else {
                panic!("{}: {} leads nowhere", module.join("::"), path.join("::"));
            };
            let common = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(common), target.get(common)) {
                let imports = levels.entry(module[..common].to_vec()).or_default().entry(from.clone()).or_default();
                imports.insert(to.clone());
            }
        }
    }
    levels.into_iter().flat_map(|(folder, imports)| among(&folder, &imports)).collect()
}

/// The circles in one folder.
fn among(folder: &Module, imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reached = |from: &String| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(name) = next.pop() {
            next.extend(imports.get(&name).into_iter().flatten().filter(|to| reached.insert((*to).clone())).cloned());
        }
        reached
    };
    let reached: BTreeMap<_, _> = imports.keys().map(|name| (name, reached(name))).collect();
    let mut circles = BTreeSet::new();
    for (name, ahead) in reached.iter().filter(|(name, ahead)| ahead.contains(**name)) {
        let back = |other: &&String| reached.get(other).is_some_and(|ahead| ahead.contains(*name));
        let in_folder = |name: &String| [folder.join("::"), name.clone()].join("::").trim_start_matches(':').to_owned();
        circles.insert(ahead.iter().filter(back).map(in_folder).collect::<Vec<_>>());
    }
    circles.into_iter().collect()
}

/// The sources by module, without comments and tests.
fn read(folder: &Path, module: &mut Module, texts: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_test = name == "tests" || name.ends_with("_tests");
        if is_test {
            continue;
        }
        if path.is_dir() {
            module.push(name);
            read(&path, module, texts);
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let own = match name.as_str() {
                "lib" | "main" | "mod" => module.clone(),
                _ => module.iter().cloned().chain([name]).collect(),
            };
            let text = fs::read_to_string(path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap().lines();
            texts.insert(own, code.map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n"));
        }
    }
}

/// What the root says under a name of its own, and where it is: what it takes from a module for others, and macros.
fn names_in_root(root: &str, texts: &BTreeMap<Module, String>) -> BTreeMap<String, Module> {
    let taken = paths(root, &Module::new()).into_iter().filter_map(|mut path| Some((path.pop()?, path)));
    let macros = texts.iter().flat_map(|(module, text)| {
        let definitions = text.split("macro_rules! ").skip(1);
        definitions.map(|definition| (definition.split_whitespace().next().unwrap().to_owned(), module.clone()))
    });
    taken.chain(macros).collect()
}

/// What a module names by a path that begins with `crate`, `super`, `self` or a module of its own, from the root.
fn paths(text: &str, module: &Module) -> Vec<Module> {
    let tokens = tokens(text);
    let children: BTreeSet<_> = tokens.windows(3).filter(|t| t[0] == "mod" && t[2] == ";").map(|t| t[1]).collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let continues = at > 0 && matches!(tokens[at - 1], "::" | "$");
        if continues || tokens.get(at + 1) != Some(&"::") {
            continue;
        }
        let start = match *token {
            "crate" => Module::new(),
            "super" => module[..module.len().saturating_sub(1)].to_vec(),
            "self" => module.clone(),
            child if children.contains(child) => module.iter().cloned().chain([child.to_owned()]).collect(),
            _ => continue,
        };
        follow(&tokens, at + 2, start, &mut found);
    }
    found
}

/// Reads on from behind `::`, and says where the path ended; `{a, b::c}` makes several of it.
fn follow(tokens: &[&str], mut at: usize, mut path: Module, found: &mut Vec<Module>) -> usize {
    loop {
        match tokens.get(at).copied() {
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    at = follow(tokens, at, path.clone(), found);
                    at += usize::from(tokens.get(at) == Some(&","));
                }
                return at + 1;
            }
            Some("super") => drop(path.pop()),
            Some("self" | "*") => {}
            Some(name) => path.push(name.to_owned()),
            None => return at,
        }
        at += 1;
        if tokens.get(at) != Some(&"::") {
            found.push(path);
            // What it is called here does not matter.
            return if tokens.get(at) == Some(&"as") { at + 2 } else { at };
        }
        at += 1;
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            first if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            other => other.len_utf8(),
        };
        let (token, tail) = rest.split_at(length);
        tokens.push(token);
        rest = tail.trim_start();
    }
    tokens
}
