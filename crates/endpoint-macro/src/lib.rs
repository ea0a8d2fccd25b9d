//! `#[endpoint("things.create", POST "/v1/things", browser POST "/sdk/v1/things", errors(ThingNotFound))]`: see
//! `frame::Endpoint`.

mod arguments;

use arguments::{Arguments, Door};
use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, ItemFn, Lit, Meta};

/// Leaves the function as it is and adds a module `<name>` beside it whose `endpoint()` describes it.
///
/// The arguments are, in this order but for the name in any:
///
/// - the name of the operation, `"subject.operation"`
/// - the doors, `DIALECT METHOD "path"`: no dialect is the backend's JSON; `browser`; `myself`, a browser about its own
///   member; `scim`, `oauth`, `page`, `redirect`, `plain`. Behind a path stands what the roles of a member who acts must
///   allow, `requires("resource", "action")`; at a browser's door the only fields that body and query may have,
///   `takes(field, …)`, none where nothing is said; at a page's door `from_elsewhere`, where other sites send forms; and the
///   status of success if it is not 200, `-> 201`
/// - `requires(…)` by itself: the same for all doors that say nothing
/// - `reads` or `scans` when it changes nothing although its method is not GET; `scans` when it may read much
/// - `quiet` when a success is too common for a line in the log
/// - `errors(…)`: the names of the errors it can answer with, and with `..PATH` those of a list
///
/// A plain `fn(&mut Tx, &Call<C>, Input) -> Result<Answer>` runs inside one transaction.
/// An `async fn(Call<C>, Input) -> Result<Answer>` opens its own.
#[proc_macro_attribute]
pub fn endpoint(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let Arguments { operation, doors, requires, mode, quiet, errors, lists } =
        syn::parse_macro_input!(arguments as Arguments);
    let function = syn::parse_macro_input!(item as ItemFn);
    let name = &function.sig.ident;

    let doc = doc_comment(&function);
    if doc.is_empty() {
        let message = "an endpoint needs a doc comment: it is what the API reference says";
        return syn::Error::new_spanned(name, message).to_compile_error().into();
    }
    let kind = if function.sig.asyncness.is_some() { format_ident!("free") } else { format_ident!("transaction") };
    let reads = doors.iter().all(|door| door.method == "GET");
    let mode = mode.unwrap_or_else(|| if reads { format_ident!("Read") } else { format_ident!("Write") });
    let doors = doors.iter().map(|door| {
        let Door { dialect, myself, method, path, from_elsewhere, status, .. } = door;
        let takes = match dialect == "Browser" {
            true => {
                let names = door.takes.iter().map(ToString::to_string);
                quote! { ::core::option::Option::Some(&[#(#names),*]) }
            }
            false => quote! { ::core::option::Option::None },
        };
        let requirement = match door.requires.as_ref().or(requires.as_ref()) {
            Some((resource, action)) => {
                quote! { ::core::option::Option::Some(::frame::Requirement { resource: #resource, action: #action }) }
            }
            None => quote! { ::core::option::Option::None },
        };
        quote! {
            ::frame::Door {
                method: ::frame::Method::#method,
                path: #path,
                dialect: ::frame::Dialect::#dialect,
                myself: #myself,
                requires: #requirement,
                takes: #takes,
                from_elsewhere: #from_elsewhere,
                status: #status,
            }
        }
    });

    quote! {
        #function
        pub(crate) mod #name {
            #[allow(unused_imports, reason = "what is required is named as it is beside the function")]
            use super::*;
            pub(crate) fn endpoint() -> ::frame::Endpoint {
                ::frame::Endpoint::#kind(
                    ::frame::About {
                        operation: #operation,
                        doors: &[#(#doors),*],
                        doc: #doc,
                        errors: &[&[#(::frame::foundation::error::ApiError::#errors),*], #(#lists),*],
                        mode: ::frame::Mode::#mode,
                        quiet: #quiet,
                    },
                    super::#name,
                )
            }
        }
    }
    .into()
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
