//! The macros of the SDK. See `vzaemo_sdk` for what they give an author.
//!
//! `module!` reads the module's manifest, schemas and texts and generates its vocabulary. `#[view]`, `#[act]`
//! and `#[job]` tie functions to manifest entries: `module!` declares a trait for each entry, the attribute
//! implements it for the module. So an entry without a function and a function without an entry both fail to
//! compile, wherever in the crate the function stands.

mod calls;
mod fluent;
mod generate;
mod names;
mod problems;
mod project;
mod schema;
mod text;

use proc_macro::TokenStream;
use proc_macro2::Span;

/// Reads `module.toml` and what it names, and generates the module's vocabulary. Stands once, at the top of
/// the crate's root.
#[proc_macro]
pub fn module(input: TokenStream) -> TokenStream {
    if !input.is_empty() {
        return complain(syn::Error::new(
            Span::call_site(),
            "`module!` takes nothing: all stands in module.toml",
        ));
    }
    answer(project::Project::load().and_then(|project| whole(&project)).map_err(at_call_site))
}

/// The vocabulary, and an error for each problem of the files beside it: so the rest of the module, which needs the
/// vocabulary, does not hide what is wrong under errors of its own.
fn whole(project: &project::Project) -> Result<proc_macro2::TokenStream, String> {
    let mut made = generate::module(project)?;
    for sentence in problems::problems(project)? {
        made.extend(at_call_site(sentence).to_compile_error());
    }
    Ok(made)
}

/// A read of the manifest: a function from the parameters of its path and query to a page.
#[proc_macro_attribute]
pub fn view(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    with_function(item, calls::view)
}

/// A change of the manifest: a function from the parameters of its path, the form's `input` and who acts to an
/// outcome.
#[proc_macro_attribute]
pub fn act(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    with_function(item, calls::act)
}

/// Timed work of the manifest. Its parameters are what it is scheduled with: `Jobs::close(&number).at(&due)?`.
#[proc_macro_attribute]
pub fn job(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    with_function(item, calls::job)
}

/// Brings a document of an older version of its collection to the present one:
/// `fn migrate(collection: &str, version: u32, document: Value) -> Result<Value>`.
#[proc_macro_attribute]
pub fn migrate(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    with_function(item, |_, function| Ok(calls::migrate(function)))
}

/// Says what is wrong with a configuration that its schema allows: `fn check(config: Config) -> Vec<String>`.
#[proc_macro_attribute]
pub fn check(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    with_function(item, |_, function| Ok(calls::check(function)))
}

/// A message of the module's Fluent files: `msg!("signed")`, `msg!("signatures-left", count = left)`,
/// `msg!("reason-{}", reason)`. Key and arguments are checked against both languages.
#[proc_macro]
pub fn msg(input: TokenStream) -> TokenStream {
    match syn::parse::<text::Call>(input) {
        Ok(call) => answer(text::expand(&call)),
        Err(error) => complain(error),
    }
}

fn with_function(
    item: TokenStream,
    expand: impl FnOnce(&project::Project, &syn::ItemFn) -> syn::Result<proc_macro2::TokenStream>,
) -> TokenStream {
    // What is wrong with the files `module!` says, once. Without its vocabulary every line of the function would be
    // an error too and hide that one, so the function is left out.
    let Ok(project) =
        project::Project::load().and_then(|project| generate::module(&project).map(|_| project))
    else {
        return TokenStream::new();
    };
    answer(syn::parse::<syn::ItemFn>(item).and_then(|function| expand(&project, &function)))
}

fn at_call_site(sentence: String) -> syn::Error {
    syn::Error::new(Span::call_site(), sentence)
}

fn answer(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.map_or_else(complain, TokenStream::from)
}

#[allow(clippy::needless_pass_by_value)] // stands as a function in `map_or_else`
fn complain(error: syn::Error) -> TokenStream {
    error.to_compile_error().into()
}
