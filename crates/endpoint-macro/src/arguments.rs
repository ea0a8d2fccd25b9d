//! What stands in the brackets.

use proc_macro2::Span;
use quote::format_ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitInt, LitStr, Path, Token, parenthesized};

pub(crate) struct Arguments {
    pub(crate) operation: LitStr,
    pub(crate) doors: Vec<Door>,
    pub(crate) requires: Option<Requirement>,
    pub(crate) mode: Option<Ident>,
    pub(crate) quiet: bool,
    pub(crate) errors: Vec<Ident>,
    pub(crate) lists: Vec<Path>,
}

/// A resource and an action: texts, or the names of constants.
pub(crate) type Requirement = (Expr, Expr);

pub(crate) struct Door {
    pub(crate) dialect: Ident,
    pub(crate) myself: bool,
    pub(crate) method: Ident,
    pub(crate) path: LitStr,
    pub(crate) requires: Option<Requirement>,
    pub(crate) takes: Vec<Ident>,
    pub(crate) from_elsewhere: bool,
    pub(crate) status: LitInt,
}

/// An error by name, or a list of errors by path.
enum Errors {
    One(Ident),
    List(Path),
}

impl Parse for Errors {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.parse::<Option<Token![..]>>()?.is_some() {
            Ok(Self::List(input.parse()?))
        } else {
            Ok(Self::One(input.parse()?))
        }
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut arguments = Arguments {
            operation: input.parse()?,
            doors: Vec::new(),
            requires: None,
            mode: None,
            quiet: false,
            errors: Vec::new(),
            lists: Vec::new(),
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                arguments.add(input.parse()?, input)?;
            }
        }
        if arguments.doors.is_empty() {
            return Err(input.error("an endpoint has at least one door: METHOD \"path\""));
        }
        Ok(arguments)
    }
}

impl Arguments {
    fn add(&mut self, word: Ident, input: ParseStream) -> syn::Result<()> {
        let mut door = |dialect: &str, myself: bool, method: Ident| -> syn::Result<()> {
            self.doors.push(Door::parse(format_ident!("{dialect}"), myself, method, input)?);
            Ok(())
        };
        match word.to_string().as_str() {
            "browser" => door("Browser", false, input.parse()?)?,
            "myself" => door("Browser", true, input.parse()?)?,
            "scim" => door("Scim", false, input.parse()?)?,
            "oauth" => door("Oauth", false, input.parse()?)?,
            "page" => door("Page", false, input.parse()?)?,
            "redirect" => door("Redirect", false, input.parse()?)?,
            "plain" => door("Plain", false, input.parse()?)?,
            "reads" => self.mode = Some(format_ident!("Read")),
            "scans" => self.mode = Some(format_ident!("Scan")),
            "quiet" => self.quiet = true,
            "requires" => self.requires = Some(requirement(input)?),
            "errors" => self.add_errors(input)?,
            _ => door("Backend", false, word)?,
        }
        Ok(())
    }

    fn add_errors(&mut self, input: ParseStream) -> syn::Result<()> {
        let list;
        parenthesized!(list in input);
        for errors in Punctuated::<Errors, Token![,]>::parse_terminated(&list)? {
            match errors {
                Errors::One(name) => self.errors.push(name),
                Errors::List(path) => self.lists.push(path),
            }
        }
        Ok(())
    }
}

impl Door {
    fn parse(dialect: Ident, myself: bool, method: Ident, input: ParseStream) -> syn::Result<Self> {
        if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.to_string().as_str()) {
            return Err(syn::Error::new_spanned(method, "expected GET, POST, PUT, PATCH or DELETE"));
        }
        let path = input.parse()?;
        let (mut requires, mut takes, mut from_elsewhere) = (None, Vec::new(), false);
        while input.peek(Ident) {
            match input.parse::<Ident>()? {
                word if word == "requires" => requires = Some(requirement(input)?),
                word if word == "takes" && dialect == "Browser" => takes = fields(input)?,
                word if word == "from_elsewhere" && dialect == "Page" => from_elsewhere = true,
                word => {
                    let message = "expected requires(resource, action), at a browser's door takes(field, …), or at a page's from_elsewhere";
                    return Err(syn::Error::new_spanned(word, message));
                }
            }
        }
        let status = match input.parse::<Option<Token![->]>>()? {
            Some(_) => input.parse()?,
            None => LitInt::new("200", Span::call_site()),
        };
        Ok(Self { dialect, myself, method, path, requires, takes, from_elsewhere, status })
    }
}

fn fields(input: ParseStream) -> syn::Result<Vec<Ident>> {
    let list;
    parenthesized!(list in input);
    Ok(Punctuated::<Ident, Token![,]>::parse_terminated(&list)?.into_iter().collect())
}

fn requirement(input: ParseStream) -> syn::Result<Requirement> {
    let pair;
    parenthesized!(pair in input);
    let resource = pair.parse()?;
    pair.parse::<Token![,]>()?;
    Ok((resource, pair.parse()?))
}
