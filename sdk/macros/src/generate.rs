//! What `module!` gives a module.

use crate::names::{pascal, pascal_text, snake, snake_text};
use crate::project::{self, Project};
use crate::schema::{Defaults, Member, Type, Types, field_constants};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::path::Path;
use vzaemo_contract::manifest::{Collection, Manifest};

/// The parameters of a path such as `/{number}/sign`, in its order.
pub fn path_params(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

/// The trait that the function of a manifest entry implements.
pub fn trait_name(kind: &str, name: &str) -> Ident {
    format_ident!("{kind}{}", pascal_text(name))
}

/// The struct of a form's input.
pub fn form_type(form: &str) -> Ident {
    format_ident!("{}Form", pascal_text(form))
}

fn document_type(collection: &Collection) -> String {
    let stem = Path::new(&collection.schema).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    // `note.schema.json` is a habit too.
    pascal_text(stem.split('.').next().unwrap_or(stem))
}

/// The whole of it.
pub fn module(project: &Project) -> Result<TokenStream, String> {
    let manifest = &project.manifest;
    let types = types(project)?;
    let collections = collections(manifest, &types)?;
    let config = manifest.config.as_ref().map(|_| {
        quote! {
            /// The configuration that the holder set, with defaults filled in.
            pub fn config() -> Config {
                ::vzaemo_sdk::hidden::config()
            }
        }
    });
    let state = manifest.workflow.is_some().then(state);
    let addresses = addresses(manifest)?;
    let calls = calls(manifest);
    let guest = guest(manifest);
    let types = types.tokens();
    let files = project.files.iter().map(String::as_str).chain([project::UK, project::EN]);
    Ok(quote! {
        // Cargo builds anew when one of these changes.
        #(const _: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", #files));)*

        /// This module.
        #[derive(Debug, Clone, Copy, Default)]
        pub struct Module;

        /// The jobs of this module: a function for each, from its arguments to what can be scheduled.
        #[derive(Debug, Clone, Copy)]
        pub struct Jobs;

        #types
        #state
        #collections
        #config
        #addresses
        #calls
        #guest
    })
}

fn types(project: &Project) -> Result<Types, String> {
    let manifest = &project.manifest;
    let mut types = Types::default();
    if let Some(workflow) = &manifest.workflow {
        types.choices.insert("State".to_owned(), workflow.states.clone());
        types.state = Some(("State".to_owned(), workflow.states.clone()));
    }
    for (name, collection) in &manifest.collections {
        let state = manifest.workflow.as_ref().filter(|workflow| workflow.collection == *name);
        let state = state.map(|workflow| workflow.field.as_str());
        let schema = project.schema(&collection.schema);
        types.add(&document_type(collection), &collection.schema, schema, Defaults::Absent, state)?;
    }
    for (name, form) in &manifest.forms {
        types.add(
            &form_type(name).to_string(),
            &form.schema,
            project.schema(&form.schema),
            Defaults::Absent,
            None,
        )?;
    }
    if let Some(config) = &manifest.config {
        types.add("Config", &config.schema, project.schema(&config.schema), Defaults::Filled, None)?;
    }
    Ok(types)
}

fn state() -> TokenStream {
    quote! {
        impl ::vzaemo_sdk::Inline for State {
            fn write(&self, writer: &mut ::vzaemo_sdk::hidden::Writer) {
                writer.leaf(::vzaemo_sdk::hidden::Kind::State, self.name());
            }
        }
        impl ::core::convert::From<State> for ::vzaemo_sdk::Arg {
            fn from(state: State) -> Self {
                ::vzaemo_sdk::Arg::new(::vzaemo_sdk::hidden::Kind::State, state.name())
            }
        }
        impl ::core::convert::From<State> for ::vzaemo_sdk::Msg {
            fn from(state: State) -> Self {
                ::vzaemo_sdk::Msg::prefixed("state-", state.name())
            }
        }
    }
}

fn collections(manifest: &Manifest, types: &Types) -> Result<TokenStream, String> {
    let mut out = TokenStream::new();
    let mut seen: Vec<String> = Vec::new();
    for (name, collection) in &manifest.collections {
        let document_name = document_type(collection);
        if seen.contains(&document_name) {
            return Err(format!(
                "two collections name schemas that make `{document_name}`; give each a file of its own"
            ));
        }
        seen.push(document_name.clone());
        let document = format_ident!("{document_name}");
        let members = types.objects.get(&document_name).map(Vec::as_slice).unwrap_or_default();
        let handle = if pascal_text(name) == document_name {
            format_ident!("{document_name}Collection")
        } else {
            pascal(name)
        };
        let function = snake(name);
        let constants = field_constants(&document_name, members);
        let finders = collection
            .unique
            .iter()
            .map(|unique| finder(name, &document, unique, members))
            .collect::<Result<Vec<_>, _>>()?;
        let mut counters = Vec::new();
        for counter in &collection.count {
            let arguments = arguments(name, &counter.by, members)?;
            let (params, texts) = (&arguments.params, &arguments.texts);
            let (count, when) = (
                format_ident!("count_{}", snake_text(&counter.name)),
                format_ident!("when_{}_reaches", snake_text(&counter.name)),
            );
            let counter = &counter.name;
            let (count_doc, when_doc) = (
                format!("The counter `{counter}`. Not in acts: they never learn the total of the moment."),
                format!(
                    "Runs a job, once ever, after the commit in which the counter `{counter}` first reaches the value."
                ),
            );
            counters.push(quote! {
                #[doc = #count_doc]
                pub fn #count(&self, #(#params),*) -> ::vzaemo_sdk::Result<u64> {
                    let key: &[&str] = &[#(#texts),*];
                    ::vzaemo_sdk::hidden::count(#name, #counter, &key.join("\u{1f}"))
                }
                #[doc = #when_doc]
                pub fn #when(&self, #(#params,)* value: u64, job: ::vzaemo_sdk::JobCall) -> ::vzaemo_sdk::Result<()> {
                    let key: &[&str] = &[#(#texts),*];
                    ::vzaemo_sdk::hidden::when_count_reaches(#name, #counter, &key.join("\u{1f}"), value, &job)
                }
            });
        }
        let doc = format!("The collection `{name}`.");
        out.extend(quote! {
            impl ::vzaemo_sdk::Document for #document {
                const COLLECTION: &'static str = #name;
            }
            #constants

            #[doc = #doc]
            #[derive(Debug, Clone, Copy)]
            pub struct #handle;

            #[doc = #doc]
            pub const fn #function() -> #handle {
                #handle
            }
            impl ::core::ops::Deref for #handle {
                type Target = ::vzaemo_sdk::Collection<#document>;
                fn deref(&self) -> &Self::Target {
                    const COLLECTION: ::vzaemo_sdk::Collection<#document> = ::vzaemo_sdk::Collection::NEW;
                    &COLLECTION
                }
            }
            impl #handle { #(#finders)* #(#counters)* }
        });
    }
    Ok(out)
}

/// Parameters of a generated function for some fields of a document, and the text of each.
struct Arguments {
    params: Vec<TokenStream>,
    texts: Vec<TokenStream>,
}

fn arguments(collection: &str, fields: &[String], members: &[Member]) -> Result<Arguments, String> {
    let mut arguments = Arguments { params: Vec::new(), texts: Vec::new() };
    for field in fields {
        let member =
            members.iter().find(|member| member.name == *field && member.of.is_value()).ok_or_else(|| {
                format!(
                    "module.toml: `{field}` of the collection `{collection}` is no single value in its schema"
                )
            })?;
        let param = snake(field);
        if member.of == Type::Text {
            arguments.params.push(quote!(#param: &str));
            arguments.texts.push(quote!(#param));
        } else {
            let of = member.of.tokens();
            arguments.params.push(quote!(#param: &#of));
            arguments.texts.push(quote!(&*::vzaemo_sdk::Value::to_text(#param)));
        }
    }
    Ok(arguments)
}

fn finder(
    collection: &str,
    document: &Ident,
    unique: &[String],
    members: &[Member],
) -> Result<TokenStream, String> {
    let arguments = arguments(collection, unique, members)?;
    let (params, texts) = (&arguments.params, &arguments.texts);
    let names: Vec<String> = unique.iter().map(|field| snake_text(field)).collect();
    let function = format_ident!("find_by_{}", names.join("_and_"));
    let doc = format!("The one document with this {}.", unique.join(" and "));
    Ok(quote! {
        #[doc = #doc]
        pub fn #function(&self, #(#params),*) -> ::vzaemo_sdk::Result<::core::option::Option<::vzaemo_sdk::Stored<#document>>> {
            self.find(&[#(#unique),*], &[#(#texts),*])
        }
    })
}

fn addresses(manifest: &Manifest) -> Result<TokenStream, String> {
    let one = |name: &str, path: &str, of: &TokenStream| {
        let function = snake(name);
        let params = path_params(path);
        let idents: Vec<Ident> = params.iter().map(|param| snake(param)).collect();
        let doc = format!("`{path}`");
        quote! {
            #[doc = #doc]
            pub fn #function(#(#idents: impl ::vzaemo_sdk::Param),*) -> #of {
                #of::new(#name, ::std::vec![#((#params, ::vzaemo_sdk::Param::to_param(&#idents))),*])
            }
        }
    };
    let views = manifest.views.iter().map(|view| one(&view.name, &view.path, &quote!(::vzaemo_sdk::Address)));
    let acts = manifest.acts.iter().map(|act| one(&act.name, &act.path, &quote!(::vzaemo_sdk::ActRef)));
    let names = manifest.views.iter().map(|view| &view.name);
    for (what, names) in
        [("view", names.collect::<Vec<_>>()), ("act", manifest.acts.iter().map(|act| &act.name).collect())]
    {
        let twice =
            names.iter().enumerate().find(|(at, name)| names.iter().skip(at + 1).any(|other| other == *name));
        if let Some((_, name)) = twice {
            return Err(format!("module.toml has the {what} `{name}` twice"));
        }
    }
    Ok(quote! {
        /// The addresses of this module's views.
        #[allow(dead_code)]
        pub mod view { #(#views)* }
        /// The acts of this module, with their parameters.
        #[allow(dead_code)]
        pub mod act { #(#acts)* }
    })
}

/// A trait for each entry of the manifest, which its function implements for the module.
fn calls(manifest: &Manifest) -> TokenStream {
    let one = |kind: &str, attribute: &str, name: &str, signature: &TokenStream, example: &str| {
        let of = trait_name(kind, name);
        let message = format!("module.toml has the {attribute} `{name}`, but there is no function for it");
        let note = format!(
            "write `#[{attribute}] fn {}(…) -> {example} {{ … }}`, or take the entry out of module.toml",
            snake(name)
        );
        quote! {
            #[diagnostic::on_unimplemented(message = #message, label = "it is called from here", note = #note)]
            pub trait #of { #signature }
        }
    };
    let request = quote!(request: &::vzaemo_sdk::hidden::Request);
    let view = quote!(fn call(#request) -> ::vzaemo_sdk::Result<::vzaemo_sdk::Page>;);
    let act = quote!(fn call(#request) -> ::vzaemo_sdk::Result<::vzaemo_sdk::Outcome>;);
    let job = quote!(
        fn call(args: &str) -> ::vzaemo_sdk::Result<()>;
    );
    let views = manifest.views.iter().map(|entry| one("View", "view", &entry.name, &view, "Result<Page>"));
    let acts = manifest.acts.iter().map(|entry| one("Act", "act", &entry.name, &act, "Result<Outcome>"));
    let jobs = manifest.jobs.keys().map(|name| one("Job", "job", name, &job, "Result<()>"));
    quote! {
        #[doc(hidden)]
        #[allow(missing_docs)]
        pub mod __calls { #(#views)* #(#acts)* #(#jobs)* }
    }
}

fn guest(manifest: &Manifest) -> TokenStream {
    fn arms<'a>(kind: &str, names: impl Iterator<Item = &'a String>, with: &TokenStream) -> Vec<TokenStream> {
        let arm = |name: &String| {
            let of = trait_name(kind, name);
            quote!(#name => <Module as __calls::#of>::call(#with))
        };
        names.map(arm).collect()
    }
    let views = arms("View", manifest.views.iter().map(|view| &view.name), &quote!(request));
    let acts = arms("Act", manifest.acts.iter().map(|act| &act.name), &quote!(request));
    let jobs = arms("Job", manifest.jobs.keys(), &quote!(args));
    quote! {
        impl ::vzaemo_sdk::hidden::Defaults for Module {}

        impl ::vzaemo_sdk::Guest for Module {
            #[cfg(not(target_arch = "wasm32"))]
            fn folder(&self) -> &'static str {
                env!("CARGO_MANIFEST_DIR")
            }
            fn view(&self, name: &str, request: &::vzaemo_sdk::hidden::Request) -> ::core::result::Result<::vzaemo_sdk::hidden::Marks, ::vzaemo_sdk::hidden::Failure> {
                let page: ::vzaemo_sdk::Result<::vzaemo_sdk::Page> = match name {
                    #(#views,)*
                    _ => ::core::result::Result::Err(::vzaemo_sdk::hidden::unknown("view", name).into()),
                };
                page.map(::vzaemo_sdk::Page::into_marks).map_err(::vzaemo_sdk::Error::into_failure)
            }
            fn act(&self, name: &str, request: &::vzaemo_sdk::hidden::Request) -> ::core::result::Result<::vzaemo_sdk::hidden::Outcome, ::vzaemo_sdk::hidden::Failure> {
                let outcome: ::vzaemo_sdk::Result<::vzaemo_sdk::Outcome> = match name {
                    #(#acts,)*
                    _ => ::core::result::Result::Err(::vzaemo_sdk::hidden::unknown("act", name).into()),
                };
                outcome.map(::core::convert::Into::into).map_err(::vzaemo_sdk::Error::into_failure)
            }
            fn job(&self, name: &str, args: &str) -> ::core::result::Result<(), ::vzaemo_sdk::hidden::Failure> {
                let done: ::vzaemo_sdk::Result<()> = match name {
                    #(#jobs,)*
                    _ => ::core::result::Result::Err(::vzaemo_sdk::hidden::unknown("job", name).into()),
                };
                done.map_err(::vzaemo_sdk::Error::into_failure)
            }
            fn migrate(&self, collection: &str, version: u32, document: &str) -> ::core::result::Result<::std::string::String, ::vzaemo_sdk::hidden::Failure> {
                #[allow(unused_imports)]
                use ::vzaemo_sdk::hidden::Defaults as _;
                Module::__migrate(collection, version, document).map_err(::vzaemo_sdk::Error::into_failure)
            }
            fn check(&self) -> ::std::vec::Vec<::std::string::String> {
                #[allow(unused_imports)]
                use ::vzaemo_sdk::hidden::Defaults as _;
                Module::__check()
            }
        }

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use ::vzaemo_sdk::bindings::{Exports, exported, vzaemo::types::types};
            use ::std::{result::Result, string::String, vec::Vec};
            impl exported::Guest for Module {
                fn view(name: String, request: types::Request) -> Result<types::Page, types::Failure> {
                    Exports::view(&Module, &name, request)
                }
                fn act(name: String, request: types::Request) -> Result<types::Outcome, types::Failure> {
                    Exports::act(&Module, &name, request)
                }
                fn job(name: String, args: String) -> Result<(), types::Failure> {
                    Exports::job(&Module, &name, &args)
                }
                fn migrate(collection: String, version: u32, document: String) -> Result<String, types::Failure> {
                    Exports::migrate(&Module, &collection, version, &document)
                }
                fn check() -> Vec<String> {
                    Exports::check(&Module)
                }
            }
            ::vzaemo_sdk::bindings::export_guest!(Module with_types_in ::vzaemo_sdk::bindings);
        };
    }
}
