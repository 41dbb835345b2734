//! Looks whether the assets have been built: they are embedded, so without them there is nothing to serve.

use std::path::Path;

fn main() {
    // Build scripts run in the folder of their package. Where this one was compiled says nothing: a copy of the
    // repository that builds into the same target folder shares it.
    let manifest = Path::new("assets/dist/manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    println!("cargo::rerun-if-changed=locales");
    if !manifest.is_file() {
        println!(
            "cargo::error=The style sheet and fonts have not been built yet. Run `./run`, or `npm ci && npm run \
             build` in host/web/assets, and then build again."
        );
    }
}
