//! `#[view]`, `#[act]`, `#[job]`, `#[migrate]`, `#[check]`: tying functions to manifest entries.

use crate::generate::{form_type, path_params, trait_name};
use crate::names::snake;
use crate::project::Project;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, ItemFn, Pat, Type};

/// A parameter of an author's function.
struct Param<'a> {
    name: &'a Ident,
    of: &'a Type,
}

impl Param<'_> {
    /// Its name without `r#` and a leading underscore.
    fn plain(&self) -> String {
        self.name.to_string().trim_start_matches("r#").trim_start_matches('_').to_owned()
    }

    fn is(&self, name: &str) -> bool {
        matches!(self.of, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
    }
}

fn params(function: &ItemFn) -> syn::Result<Vec<Param<'_>>> {
    function
        .sig
        .inputs
        .iter()
        .map(|input| match input {
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(pattern) => Ok(Param { name: &pattern.ident, of: &typed.ty }),
                other => Err(syn::Error::new(
                    other.span(),
                    "parameters go by their names: write a plain name here",
                )),
            },
            FnArg::Receiver(receiver) => Err(syn::Error::new(receiver.span(), "a module has no `self`")),
        })
        .collect()
}

/// Finds the manifest entry of a function: `threshold_reached` is `threshold-reached`.
fn entry<'a>(
    function: &ItemFn,
    kind: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> syn::Result<&'a str> {
    let ident = &function.sig.ident;
    names.clone().find(|name| snake(name) == *ident).ok_or_else(|| {
        let all: Vec<&str> = names.collect();
        let known =
            if all.is_empty() { "it has none".to_owned() } else { format!("it has {}", all.join(", ")) };
        syn::Error::new(
            ident.span(),
            format!("module.toml has no {kind} for the function `{ident}`; {known}"),
        )
    })
}

/// The author's function under a name that hides nothing of the module's.
fn renamed(function: &ItemFn, kind: &str) -> (Ident, ItemFn) {
    let mut function = function.clone();
    let name = format_ident!(
        "__{kind}_{}",
        function.sig.ident.to_string().trim_start_matches("r#"),
        span = function.sig.ident.span()
    );
    function.sig.ident = name.clone();
    (name, function)
}

/// How the parameters of a view or act are taken from its request.
fn extract(
    function: &ItemFn,
    path: &str,
    query: &[String],
    form: Option<&str>,
    what: &str,
) -> syn::Result<Vec<TokenStream>> {
    let in_path = path_params(path);
    params(function)?
        .iter()
        .map(|param| {
            let (plain, span) = (param.plain(), param.of.span());
            let named = |name: &str| snake(name).to_string().trim_start_matches("r#") == plain;
            if let Some(name) = in_path.iter().find(|name| named(name)) {
                return Ok(quote_spanned!(span=> ::vzaemo_sdk::hidden::from_param(request, #name)?));
            }
            if param.is("After") {
                if !query.iter().any(|name| name == "after") {
                    let sentence = format!(
                        "to go from page to page, the {what} needs `query = [\"after\"]` in module.toml"
                    );
                    return Err(syn::Error::new(span, sentence));
                }
            } else if let Some(name) = query.iter().find(|name| named(name)) {
                return Ok(quote_spanned!(span=> ::vzaemo_sdk::hidden::from_query(request, #name)?));
            }
            if plain == "input" {
                let Some(form) = form else {
                    let sentence = format!("the {what} takes no input: give it a `form` in module.toml");
                    return Err(syn::Error::new(span, sentence));
                };
                let wanted = form_type(form);
                if !param.is(&wanted.to_string()) {
                    return Err(syn::Error::new(span, format!("the input of the {what} is a `{wanted}`")));
                }
                return Ok(quote_spanned!(span=> ::vzaemo_sdk::hidden::decode_input(request)?));
            }
            Ok(quote_spanned!(span=> ::vzaemo_sdk::FromCall::from_call(request)?))
        })
        .collect()
}

/// `#[view]`
pub fn view(project: &Project, function: &ItemFn) -> syn::Result<TokenStream> {
    let name = entry(function, "view", project.manifest.views.iter().map(|view| view.name.as_str()))?;
    let Some(view) = project.manifest.view(name) else { return Ok(TokenStream::new()) };
    let what = format!("view `{name}`");
    if view.open {
        for param in params(function)? {
            if param.is("Person") || param.is("Principal") {
                let sentence = format!(
                    "the {what} is open, so it never learns who looks; take `open` out of module.toml, or this parameter"
                );
                return Err(syn::Error::new(param.of.span(), sentence));
            }
        }
    }
    let taken = extract(function, &view.path, &view.query, None, &what)?;
    Ok(implement("View", name, function, &taken, &quote!(::vzaemo_sdk::Page)))
}

/// `#[act]`
pub fn act(project: &Project, function: &ItemFn) -> syn::Result<TokenStream> {
    let name = entry(function, "act", project.manifest.acts.iter().map(|act| act.name.as_str()))?;
    let Some(act) = project.manifest.act(name) else { return Ok(TokenStream::new()) };
    let taken = extract(function, &act.path, &[], act.form.as_deref(), &format!("act `{name}`"))?;
    Ok(implement("Act", name, function, &taken, &quote!(::vzaemo_sdk::Outcome)))
}

fn implement(
    kind: &str,
    name: &str,
    function: &ItemFn,
    taken: &[TokenStream],
    of: &TokenStream,
) -> TokenStream {
    let (inner, function) = renamed(function, &kind.to_lowercase());
    let implemented = trait_name(kind, name);
    quote! {
        const _: () = {
            #function
            impl crate::__calls::#implemented for crate::Module {
                #[allow(unused_variables)]
                fn call(request: &::vzaemo_sdk::hidden::Request) -> ::vzaemo_sdk::Result<#of> {
                    #inner(#(#taken),*)
                }
            }
        };
    }
}

/// `#[job]`
pub fn job(project: &Project, function: &ItemFn) -> syn::Result<TokenStream> {
    let name = entry(function, "job", project.manifest.jobs.keys().map(String::as_str))?;
    let params = params(function)?;
    let plain: Vec<String> = params.iter().map(Param::plain).collect();
    let idents: Vec<Ident> = plain.iter().map(|name| snake(name)).collect();
    let types: Vec<&Type> = params.iter().map(|param| param.of).collect();
    let call = &function.sig.ident;
    let (inner, renamed) = renamed(function, "job");
    let implemented = trait_name("Job", name);
    let doc = format!("The job `{name}` with its arguments.");
    Ok(quote! {
        const _: () = {
            #renamed
            impl crate::__calls::#implemented for crate::Module {
                fn call(args: &str) -> ::vzaemo_sdk::Result<()> {
                    #[derive(::vzaemo_sdk::serde::Deserialize)]
                    #[serde(crate = "::vzaemo_sdk::serde")]
                    struct Args { #(#idents: #types),* }
                    let args: Args = ::vzaemo_sdk::hidden::job_args(args)?;
                    let _ = &args;
                    #inner(#(args.#idents),*)
                }
            }
            impl crate::Jobs {
                #[doc = #doc]
                #[allow(dead_code)]
                pub fn #call(#(#idents: &#types),*) -> ::vzaemo_sdk::JobCall {
                    #[derive(::vzaemo_sdk::serde::Serialize)]
                    #[serde(crate = "::vzaemo_sdk::serde")]
                    struct Args<'a> {
                        #(#idents: &'a #types,)*
                        #[serde(skip)]
                        of: ::core::marker::PhantomData<&'a ()>,
                    }
                    ::vzaemo_sdk::JobCall::new(#name, &Args { #(#idents,)* of: ::core::marker::PhantomData })
                }
            }
        };
    })
}

/// `#[migrate]`
pub fn migrate(function: &ItemFn) -> TokenStream {
    let (inner, function) = renamed(function, "migrate");
    quote! {
        const _: () = {
            #function
            impl crate::Module {
                #[doc(hidden)]
                pub fn __migrate(collection: &str, version: u32, document: &str) -> ::vzaemo_sdk::Result<::std::string::String> {
                    let document = ::vzaemo_sdk::hidden::job_args(document)?;
                    #inner(collection, version, document).map(|document| ::std::string::ToString::to_string(&document))
                }
            }
        };
    }
}

/// `#[check]`
pub fn check(function: &ItemFn) -> TokenStream {
    let (inner, function) = renamed(function, "check");
    let call = if function.sig.inputs.is_empty() {
        quote!(#inner())
    } else {
        quote! {
            match ::vzaemo_sdk::hidden::settings() {
                ::core::result::Result::Ok(config) => #inner(config),
                ::core::result::Result::Err(why) => ::std::vec![why.to_string()],
            }
        }
    };
    quote! {
        const _: () = {
            #function
            impl crate::Module {
                #[doc(hidden)]
                pub fn __check() -> ::std::vec::Vec<::std::string::String> {
                    #call
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use vzaemo_contract::manifest::Manifest;

    const MANIFEST: &str = r#"
schema = 1
id = "notes"
version = "0.1.0"
contract = "0.1"
name = { uk = "Н", en = "N" }
about = { uk = "Н", en = "N" }
invitation = { uk = "Н", en = "N" }

[[views]]
name = "note"
path = "/{note}"
open = true
query = ["tab"]

[[acts]]
name = "write-note"
path = "/write"
form = "note"
by = ["person"]

[forms.note]
schema = "forms/note.json"

[jobs.archive]
why = { uk = "Н", en = "N" }
"#;

    fn project() -> Project {
        Project {
            manifest: Manifest::from_toml(MANIFEST).unwrap(),
            schemas: BTreeMap::new(),
            files: Vec::new(),
        }
    }

    fn complaint(expand: fn(&Project, &ItemFn) -> syn::Result<TokenStream>, function: &str) -> String {
        expand(&project(), &syn::parse_str(function).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn parameters_are_taken_by_their_names_and_types() {
        let function = syn::parse_str(
            "fn note(note: Key, tab: Option<String>, _who: Option<Person>) -> Result<Page> { x }",
        );
        let made = view(&project(), &function.unwrap()).unwrap().to_string().replace(' ', "");
        assert!(made.contains("from_param(request,\"note\")"), "{made}");
        assert!(made.contains("from_query(request,\"tab\")"), "{made}");
        assert!(made.contains("FromCall::from_call(request)"), "{made}");
        let function = syn::parse_str("fn write_note(input: NoteForm) -> Result<Outcome> { x }").unwrap();
        assert!(act(&project(), &function).unwrap().to_string().contains("decode_input"));
        let function = syn::parse_str("fn archive(note: Key) -> Result<()> { x }").unwrap();
        let made = job(&project(), &function).unwrap().to_string();
        assert!(made.contains("impl crate :: Jobs") && made.contains("note : & Key"), "{made}");
    }

    #[test]
    fn what_the_manifest_does_not_have_is_said_in_a_sentence() {
        assert!(
            complaint(view, "fn notes() -> R { x }")
                .contains("module.toml has no view for the function `notes`; it has note")
        );
        assert!(complaint(view, "fn note(after: After) -> R { x }").contains("needs `query = [\"after\"]`"));
        assert!(complaint(view, "fn note(who: Person) -> R { x }").contains("never learns who looks"));
        assert!(complaint(view, "fn note((a, b): C) -> R { x }").contains("write a plain name"));
        assert!(complaint(act, "fn write_note(input: OtherForm) -> R { x }").contains("is a `NoteForm`"));
        assert!(complaint(view, "fn note(input: NoteForm) -> R { x }").contains("takes no input"));
    }
}
