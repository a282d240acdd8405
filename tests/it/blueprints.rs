//! The layouts under `blueprints/` are those that the program would write.

use std::path::Path;

use repolis::stream::{Extent, Theme, blueprint_messages, to_bytes};

#[track_caller]
fn check(name: &str, theme: Theme) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name);
    let expect = to_bytes(&blueprint_messages(Extent::TYPICAL, theme, &[]).unwrap()).unwrap();
    if std::env::var_os("REPOLIS_BLESS").is_some() {
        std::fs::write(&file, &expect).unwrap();
    }
    let shipped = std::fs::read(&file).unwrap();
    assert!(shipped == expect, "{name} is out of date: run `make blueprints`");
}

#[test]
fn dark() {
    check("dark.rbl", Theme::Dark);
}

#[test]
fn light() {
    check("light.rbl", Theme::Light);
}
