//! What a change may reach, and what git finds changed.

use insta::assert_snapshot;

use super::ask;
use crate::project::{Project, SHOP};

/// The shop in a git repository whose configuration names programs that leave a trace when they run.
fn committed() -> Project {
    let project = Project::new(SHOP);
    let set_up = "cd shop && git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm first \
        && git config core.fsmonitor 'touch ../ran #' && git config filter.x.clean 'touch ../ran; cat' \
        && git config diff.external 'touch ../ran' && printf '*.py filter=x\\n' > .gitattributes";
    let ran = project.shell(set_up);
    assert_eq!(ran.code(), Some(0), "{ran}");
    project
}

#[test]
fn impact() {
    assert_snapshot!(ask("impact shop/stock.py"), @r"
    exit status: 0
    --- stdout
    Files: 2
    score  depth  file          through
    0.500      1  shop/cart.py  shop/stock.py
    0.250      2  shop/main.py  shop/cart.py
    --- stderr
    a change of 1 file may reach 2 files and 0 test files
    ");
}

#[test]
fn impact_of_what_git_finds_changed() {
    let project = committed();
    assert_snapshot!(project.run("query impact --changed -s shop"), @r"
    exit status: 0
    --- stdout
    Files: 0
    score  depth  file  through
    --- stderr
    a change of 0 files may reach 0 files and 0 test files
    ");
    project.write("shop/stock.py", "PRICE = 1\n");
    project.write("shop/new.py", "from shop.main import run\n");
    std::fs::remove_file(project.root().join("page/item.ts")).unwrap();
    assert_snapshot!(project.run("query impact --changed -s shop"), @r"
    exit status: 0
    --- stdout
    Files: 2
    score  depth  file          through
    0.500      1  shop/cart.py  shop/stock.py
    0.250      2  shop/main.py  shop/cart.py
    --- stderr
    left out, as it is deleted: page/item.ts
    a change of 2 files may reach 2 files and 0 test files
    ");
    assert_snapshot!(project.run("query impact --changed=HEAD -s shop/shop"), @r"
    exit status: 0
    --- stdout
    Files: 0
    score  depth  file  through
    --- stderr
    a change of 2 files may reach 0 files and 0 test files
    ");
    assert_snapshot!(project.run("query impact --changed=v9 -s shop"), @r"
    exit status: 2
    --- stdout
    --- stderr
    repolis: shop@v9: no such revision; the nearest tags and branches are master
    ");
    assert_eq!(project.names(), ["shop"], "a program of the configuration ran");
}

#[test]
fn line_ends_are_no_change() {
    let project = committed();
    let text = std::fs::read_to_string(project.root().join("shop/stock.py")).unwrap();
    project.write("shop/stock.py", &text.replace('\n', "\r\n"));
    assert_eq!(project.run("query impact --changed -s shop --paths").stdout(), "");
}
