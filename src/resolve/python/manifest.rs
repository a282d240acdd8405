//! Source roots that a project declares in `pyproject.toml` or `setup.cfg`.

use serde_json::Value;

use crate::scan::{join_path, parent_path};

/// Directories, relative to the repository, that `pyproject.toml` in `dir` names as places of its packages or its path.
pub(super) fn pyproject_roots(dir: &str, text: &str) -> Vec<String> {
    let Ok(manifest) = toml::from_str::<Value>(text) else {
        return Vec::new();
    };
    let tool = &manifest["tool"];
    let mut roots = Vec::new();
    for key in [
        "/setuptools/package-dir/",
        "/setuptools/packages/find/where",
        "/pdm/build/package-dir",
        "/uv/build-backend/module-root",
        "/maturin/python-source",
        "/hatch/build/sources",
        "/hatch/build/targets/wheel/sources",
        "/pytest/ini_options/pythonpath",
        "/ruff/src",
        "/mypy/mypy_path",
        "/pyright/extraPaths",
    ] {
        match tool.pointer(key) {
            // A table of sources maps each path to where it goes.
            Some(Value::Object(sources)) => roots.extend(sources.keys().map(String::as_str)),
            Some(value) => roots.extend(strings(value)),
            None => {}
        }
    }
    if let Some(Value::Array(packages)) = tool.pointer("/poetry/packages") {
        roots.extend(packages.iter().filter_map(|package| package["from"].as_str()));
    }
    for key in ["/hatch/build/packages", "/hatch/build/targets/wheel/packages"] {
        roots.extend(tool.pointer(key).into_iter().flat_map(strings).map(parent_path));
    }
    roots.into_iter().filter_map(|root| join_path(dir, root)).collect()
}

/// The same of `setup.cfg`.
pub(super) fn setup_cfg_roots(dir: &str, text: &str) -> Vec<String> {
    let mut section = "";
    let mut key = "";
    let mut roots = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            section = trimmed;
            key = "";
            continue;
        }
        let value = match line.split_once('=') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => {
                key = name.trim();
                value.trim()
            }
            _ => trimmed,
        };
        let root = match (section, key) {
            ("[options]", "package_dir") => value.strip_prefix('=').map(str::trim),
            ("[options.packages.find]", "where") => Some(value),
            _ => None,
        };
        roots.extend(root.filter(|root| !root.is_empty()).and_then(|root| join_path(dir, root)));
    }
    roots
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(string) => vec![string],
        Value::Array(strings) => strings.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(pyproject_roots("p", text), expect);
    }

    #[test]
    fn build_backends_name_roots() {
        check("[tool.setuptools.package-dir]\n\"\" = 'lib'\n'pkg' = 'else'", &["p/lib"]);
        check("[tool.setuptools.packages.find]\nwhere = ['src', 'python']", &["p/src", "p/python"]);
        check("[tool.poetry]\npackages = [{ include = 'a', from = 'lib' }, { include = 'b' }]", &["p/lib"]);
        check("[tool.hatch.build.targets.wheel]\npackages = ['src/a', 'b']", &["p/src", "p"]);
        check("[tool.hatch.build.targets.wheel.sources]\n'lib' = ''", &["p/lib"]);
        check("[tool.uv.build-backend]\nmodule-root = 'python'", &["p/python"]);
        check("[tool.maturin]\npython-source = 'py'", &["p/py"]);
    }

    #[test]
    fn tools_name_paths() {
        check("[tool.pytest.ini_options]\npythonpath = '. tests'", &["p/. tests"]);
        check("[tool.ruff]\nsrc = ['../q', '../../out']", &["q"]);
    }

    #[test]
    fn broken_manifests_name_none() {
        check("[tool", &[]);
        check("tool = 3", &[]);
        check("[tool.setuptools]\npackage-dir = 3", &[]);
    }

    #[test]
    fn setup_cfg_names_roots() {
        let text = "[options]\npackage_dir =\n    = lib\n    x = y\n[options.packages.find]\nwhere = src # no\n[other]\nwhere = z";
        assert_eq!(setup_cfg_roots("", text), ["lib", "src # no"]);
        assert_eq!(setup_cfg_roots("a", "[options]\npackage_dir = =lib"), ["a/lib"]);
    }
}
