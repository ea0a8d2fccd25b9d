//! `#[endpoint(POST "/v1/things", browser POST "/sdk/v1/things", errors(ThingNotFound))]`: see `server::http::endpoint`.

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, ItemFn, Lit, LitStr, Meta, Path, Token, parenthesized};

/// Leaves the function as it is and adds a module `<name>` beside it whose `endpoint()` describes it.
///
/// The arguments are the doors, `[browser|myself] METHOD "path"`; then `reads` when it changes nothing although its
/// method is not GET; then `errors(…)`, the names of the errors it can answer with, and with `..PATH` those of a list.
///
/// A plain `fn(&mut Tx, &Cx<C>, Input) -> Result<Output>` runs inside one transaction.
/// An `async fn(Cx<C>, Input) -> Result<Output>` opens its own.
#[proc_macro_attribute]
pub fn endpoint(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let Arguments { doors, reads, errors, lists } = syn::parse_macro_input!(arguments as Arguments);
    let function = syn::parse_macro_input!(item as ItemFn);
    let name = &function.sig.ident;

    let doc = doc_comment(&function);
    if doc.is_empty() {
        let message = "an endpoint needs a doc comment: it is what the API reference says";
        return syn::Error::new_spanned(name, message).to_compile_error().into();
    }
    let kind = if function.sig.asyncness.is_some() { format_ident!("free") } else { format_ident!("transaction") };
    let doors = doors.iter().map(|Door { kind, method, path }| {
        quote! {
            crate::http::Door {
                method: crate::http::Method::#method,
                path: #path,
                kind: crate::http::DoorKind::#kind,
            }
        }
    });

    quote! {
        #function
        pub(crate) mod #name {
            pub(crate) fn endpoint() -> crate::http::Endpoint {
                crate::http::Endpoint::#kind(
                    crate::http::About {
                        doors: &[#(#doors),*],
                        module: module_path!(),
                        doc: #doc,
                        errors: &[&[#(crate::error::ApiError::#errors),*], #(super::#lists),*],
                        reads: #reads,
                    },
                    super::#name,
                )
            }
        }
    }
    .into()
}

struct Arguments {
    doors: Vec<Door>,
    reads: bool,
    errors: Vec<Ident>,
    lists: Vec<Path>,
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

struct Door {
    kind: Ident,
    method: Ident,
    path: LitStr,
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut arguments = Arguments { doors: Vec::new(), reads: false, errors: Vec::new(), lists: Vec::new() };
        while !input.is_empty() {
            let word: Ident = input.parse()?;
            match word.to_string().as_str() {
                "errors" => {
                    let list;
                    parenthesized!(list in input);
                    for errors in Punctuated::<Errors, Token![,]>::parse_terminated(&list)? {
                        match errors {
                            Errors::One(name) => arguments.errors.push(name),
                            Errors::List(path) => arguments.lists.push(path),
                        }
                    }
                }
                "reads" => arguments.reads = true,
                "browser" => arguments.doors.push(door(format_ident!("Browser"), input.parse()?, input)?),
                "myself" => arguments.doors.push(door(format_ident!("Myself"), input.parse()?, input)?),
                _ => arguments.doors.push(door(format_ident!("Backend"), word, input)?),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if arguments.doors.is_empty() {
            return Err(input.error("an endpoint has at least one door: METHOD \"path\""));
        }
        Ok(arguments)
    }
}

fn door(kind: Ident, method: Ident, input: ParseStream) -> syn::Result<Door> {
    if !["GET", "POST", "PUT", "DELETE"].contains(&method.to_string().as_str()) {
        return Err(syn::Error::new_spanned(method, "expected GET, POST, PUT or DELETE"));
    }
    Ok(Door { kind, method, path: input.parse()? })
}

fn doc_comment(function: &ItemFn) -> String {
    let line = |attribute: &syn::Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(expression) => match &expression.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    function.attrs.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}
