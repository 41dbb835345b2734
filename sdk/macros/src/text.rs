//! `msg!`: a message whose key and arguments are checked.

use crate::project;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use std::collections::BTreeSet;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Token};

/// What stands in `msg!(…)`.
pub struct Call {
    key: LitStr,
    name: Option<Expr>,
    arguments: Vec<(Ident, Expr)>,
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key: LitStr = input.parse()?;
        let mut call = Call { key, name: None, arguments: Vec::new() };
        let mut wants_name = call.key.value().ends_with("{}");
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if std::mem::take(&mut wants_name) {
                call.name = Some(input.parse()?);
                continue;
            }
            let name: Ident = input.parse()?;
            let value = if input.peek(Token![=]) {
                input.parse::<Token![=]>()?;
                input.parse()?
            } else {
                syn::parse_quote!(#name)
            };
            call.arguments.push((name, value));
        }
        if wants_name {
            return Err(syn::Error::new(
                call.key.span(),
                "`{}` needs the name that it stands for: msg!(\"reason-{}\", reason)",
            ));
        }
        Ok(call)
    }
}

/// Checks the message and writes the code that makes it.
pub fn expand(call: &Call) -> syn::Result<TokenStream> {
    let at_key = |sentence: String| syn::Error::new(call.key.span(), sentence);
    let texts = project::texts().map_err(at_key)?;
    let key = call.key.value();
    let given: Vec<(String, &Ident, &Expr)> = call
        .arguments
        .iter()
        .map(|(name, value)| (name.to_string().replace('_', "-"), name, value))
        .collect();
    let fits = |key: &str, wanted: &BTreeSet<String>| -> syn::Result<()> {
        // Fluent allows both `-` and `_` in names.
        let same = |a: &str, b: &str| a.replace('_', "-") == b.replace('_', "-");
        if let Some(missing) = wanted.iter().find(|wanted| !given.iter().any(|(name, ..)| same(name, wanted)))
        {
            return Err(at_key(format!("the message `{key}` needs the argument `{missing}`")));
        }
        if let Some((_, extra, _)) =
            given.iter().find(|(name, ..)| !wanted.iter().any(|wanted| same(name, wanted)))
        {
            return Err(syn::Error::new(
                extra.span(),
                format!("the message `{key}` takes no argument `{extra}`"),
            ));
        }
        Ok(())
    };
    let span = call.key.span();
    let (made, wanted) = if let Some(prefix) = key.strip_suffix("{}") {
        let mut all = texts.beginning(prefix).peekable();
        let Some((_, wanted)) = all.peek().copied() else {
            return Err(at_key(format!(
                "no message begins with `{prefix}` in {} and {}",
                project::UK,
                project::EN
            )));
        };
        for (key, arguments) in all {
            fits(key, arguments)?;
        }
        let name = &call.name;
        (
            quote_spanned!(span=> ::vzaemo_sdk::Msg::prefixed(#prefix, ::core::convert::AsRef::<str>::as_ref(&#name))),
            wanted,
        )
    } else {
        let Some(wanted) = texts.arguments(&key) else {
            let hint =
                texts.nearest(&key).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(at_key(format!(
                "there is no message `{key}` in {} and {}{hint}",
                project::UK,
                project::EN
            )));
        };
        fits(&key, wanted)?;
        (quote_spanned!(span=> ::vzaemo_sdk::Msg::key(#key)), wanted)
    };
    let arguments = given.iter().map(|(name, _, value)| {
        let name = wanted.iter().find(|wanted| wanted.replace('_', "-") == *name).unwrap_or(name);
        quote!(.with(#name, #value))
    });
    Ok(quote!(#made #(#arguments)*))
}
