//! Builds again when a data file comes, goes or changes: the data is embedded.

fn main() {
    println!("cargo::rerun-if-changed=../vectors");
    println!("cargo::rerun-if-changed=build.rs");
}
