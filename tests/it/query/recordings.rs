//! A recording answers as the folder that it was made of.

use insta::assert_snapshot;

use crate::project::{Project, SHOP};

#[test]
fn a_recording_knows_text_from_plain_text() {
    let project = Project::new("//- a.txt\nwords\n//- notes\nmore\n");
    project.run("log shop -o city.rrd");
    let languages = |source: &str| project.run(&format!("query top language {source}")).stdout();
    assert!(languages("shop").contains("Plain Text"), "{}", languages("shop"));
    let summary = |source: &str| project.run(&format!("query summary {source}")).stdout();
    assert_eq!(summary("city.rrd"), summary("shop"));
}

#[test]
fn a_recording_answers_as_its_folder_does() {
    let project = Project::new(SHOP);
    project.log("");
    for question in [
        "cycles",
        "path shop/main.py shop/stock.py",
        "top complexity",
        "unresolved",
        "impact shop/stock.py",
        "entry-points",
        "unused",
        "summary",
    ] {
        let [folder, recording] =
            ["shop", "city.rrd"].map(|source| project.run(&format!("query {question} -s {source}")));
        assert_eq!(recording.to_string(), folder.to_string(), "{question}");
    }
    let ran = project.run("query impact --changed -s city.rrd");
    assert_snapshot!(ran, @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: city.rrd: --changed looks into a folder; name the files instead
    ");
}

#[test]
fn a_recording_that_was_cut_off_answers_as_far_as_it_goes() {
    let project = Project::new(SHOP);
    let bytes = project.log("");
    let whole = project.run("query -s city.rrd dependents shop/stock.py").stdout();
    // Without its footer it is read from its start.
    std::fs::write(project.beside().join("city.rrd"), &bytes[..bytes.len() - 40]).unwrap();
    let ran = project.run("query -s city.rrd dependents shop/stock.py");
    assert_eq!((ran.stdout(), ran.code()), (whole, Some(0)));
    assert!(ran.stderr().contains("city.rrd: its end is missing"), "{ran}");
    std::fs::write(project.beside().join("city.rrd"), &bytes[..200]).unwrap();
    let ran = project.run("query -s city.rrd cycles");
    assert_eq!(ran.code(), Some(2), "{ran}");
}

#[test]
fn of_what_did_not_run_nothing_was_observed() {
    let project = Project::new(SHOP);
    project.log("");
    for source in ["shop", "city.rrd"] {
        let ran = project.run(&format!("query observed {source}"));
        assert_eq!((ran.code(), ran.stdout()), (Some(2), String::new()), "{ran}");
        assert!(ran.stderr().starts_with("repolis: shop: nothing was observed to run here; record "), "{ran}");
    }
}
