//! Names of Python modules become globs of files, through the folders that they are imported from.

use crate::scan::{SourceTree, file_name, join_path, parent_path};

/// Where modules are looked for.
pub struct Modules<'a> {
    tree: &'a SourceTree,
    /// Folders relative to the root, each with the top names that are looked for there; every name where it is empty.
    roots: Vec<(String, Option<String>)>,
}

impl<'a> Modules<'a> {
    /// Modules below source roots, which are relative to `base`.
    pub fn of_roots<'r>(tree: &'a SourceTree, base: &str, roots: impl Iterator<Item = &'r str>) -> Self {
        let roots = roots.filter_map(|root| Some((join_path(base, root)?, None)));
        Self { tree, roots: roots.collect() }
    }

    /// Modules of named packages, each in the folder where it lies: `base`, its `src`, or else the highest.
    pub fn of_packages(tree: &'a SourceTree, base: &str, packages: &[String]) -> Self {
        let roots = packages.iter().map(|package| (root_of(tree, base, package), Some(package.clone())));
        Self { tree, roots: roots.collect() }
    }

    /// True if a file or folder of the repository has the module's name.
    pub fn has(&self, module: &str) -> bool {
        self.path(module).is_some_and(|path| exists(self.tree, &path))
    }

    /// The name of the package that a folder is.
    pub fn name_of_dir(&self, dir: &str) -> Option<String> {
        self.name(&format!("{dir}/__init__.py"))
    }

    /// A module's path without suffix; `None` where it belongs to no root.
    fn path(&self, module: &str) -> Option<String> {
        let relative = module.replace('.', "/");
        let named =
            |package: &str| module == package || module.strip_prefix(package).is_some_and(|rest| rest.starts_with('.'));
        let mut candidates = self.roots.iter().filter(|(_, package)| package.as_deref().is_none_or(named));
        let join = |root: &str| if root.is_empty() { relative.clone() } else { format!("{root}/{relative}") };
        let first = candidates.clone().next().map(|(root, _)| join(root));
        candidates.find_map(|(root, _)| Some(join(root)).filter(|path| exists(self.tree, path))).or(first)
    }

    /// Globs of a module with all below it. `*` stands for a name, `**` for names in a row.
    pub fn package(&self, module: &str) -> Option<Vec<String>> {
        let path = self.path(module)?;
        if let Some((above, rest)) = split_at_wildcard(&path) {
            let glob = wild(&escape(above), rest);
            return Some(match rest.rsplit('/').next() {
                Some("*" | "**") => std::iter::once(glob).chain(self.but_init(&path)).collect(),
                _ => vec![format!("{glob}{{,.py}}")],
            });
        }
        let escaped = escape(&path);
        let suffix = suffix(self.tree, &path);
        Some(vec![match (self.tree.dir_id(&path), suffix) {
            (Some(_), None) => escaped,
            (None, Some(suffix)) => format!("{escaped}{suffix}"),
            _ => format!("{escaped}{{,.py}}"),
        }])
    }

    /// Globs of a module alone.
    pub fn exact(&self, module: &str) -> Option<Vec<String>> {
        let path = self.path(module)?;
        if let Some((above, rest)) = split_at_wildcard(&path) {
            let glob = wild(&escape(above), rest);
            let but = self.but_init(&path);
            return Some(match rest.rsplit('/').next() {
                Some("**") => std::iter::once(format!("{glob}/*.py")).chain(but).collect(),
                Some("*") => std::iter::once(format!("{glob}{{.py,/__init__.py}}")).chain(but).collect(),
                _ => vec![format!("{glob}{{.py,/__init__.py}}")],
            });
        }
        let escaped = escape(&path);
        let init = self.tree.file_id(&format!("{path}/__init__.py"));
        Some(vec![match (init, suffix(self.tree, &path)) {
            (Some(_), None) => format!("{escaped}/__init__.py"),
            (None, Some(suffix)) => format!("{escaped}{suffix}"),
            _ => format!("{escaped}{{.py,/__init__.py}}"),
        }])
    }

    /// What takes the package above the last wildcard out, which `a.*` is not; none where it has no file of its own.
    fn but_init(&self, path: &str) -> Option<String> {
        let parent = parent_path(path);
        let has_init = parent.contains('*') || self.tree.file_id(&format!("{parent}/__init__.py")).is_some();
        has_init.then(|| format!("!{}/__init__.py", parent_glob(path)))
    }

    /// The names of all modules below the roots, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tree.files.iter().filter_map(|file| self.name(&file.path)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The name of the module that a file is.
    fn name(&self, path: &str) -> Option<String> {
        let stem = path.strip_suffix(".py").or_else(|| path.strip_suffix(".pyi"))?;
        let stem = if file_name(stem) == "__init__" { parent_path(stem) } else { stem };
        let below = |root: &str| if root.is_empty() { Some(stem) } else { stem.strip_prefix(root)?.strip_prefix('/') };
        let named = |package: &Option<String>, name: &str| {
            package.as_ref().is_none_or(|package| name == package || name.starts_with(&format!("{package}.")))
        };
        let mut found: Vec<String> = Vec::new();
        for (root, package) in &self.roots {
            let name = below(root).filter(|rest| !rest.is_empty()).map(|rest| rest.replace('/', "."));
            found.extend(name.filter(|name| named(package, name)));
        }
        // The nearest root gives the shortest name.
        found.into_iter().min_by_key(String::len)
    }

    /// Names that an expression with wildcards stands for; the name itself where it has none.
    pub fn expand(&self, expression: &str, names: &[String]) -> Vec<String> {
        if !expression.contains('*') {
            return vec![expression.to_owned()];
        }
        let wanted: Vec<&str> = expression.split('.').collect();
        let matches = |name: &&String| stands_for(&wanted, &name.split('.').collect::<Vec<_>>());
        names.iter().filter(matches).cloned().collect()
    }
}

/// Whether an expression stands for a name: `*` is one part, `**` one or more. Takes the product of their lengths.
fn stands_for(wanted: &[&str], name: &[&str]) -> bool {
    // Whether what was read of the expression stands for the first parts of the name.
    let mut fits: Vec<bool> = (0..=name.len()).map(|parts| parts == 0).collect();
    for part in wanted {
        let before = fits.clone();
        fits[0] = false;
        for at in 0..name.len() {
            fits[at + 1] = match *part {
                "**" => before[at] || fits[at],
                "*" => before[at],
                part => before[at] && part == name[at],
            };
        }
    }
    fits[name.len()]
}

/// What a module's file ends with: that of its source, or of a stub for what is compiled.
fn suffix(tree: &SourceTree, path: &str) -> Option<&'static str> {
    [".py", ".pyi"].into_iter().find(|suffix| tree.file_id(&format!("{path}{suffix}")).is_some())
}

fn exists(tree: &SourceTree, path: &str) -> bool {
    tree.dir_id(path).is_some() || suffix(tree, path).is_some()
}

fn split_at_wildcard(path: &str) -> Option<(&str, &str)> {
    let start = path.find('*')?;
    let slash = path[..start].rfind('/').map_or(0, |slash| slash + 1);
    Some((&path[..slash], &path[slash..]))
}

/// `**` is one name at least, where a glob's may be none.
fn wild(above: &str, rest: &str) -> String {
    let parts: Vec<_> = rest.split('/').collect();
    let last = parts.len() - 1;
    let part = |(at, part): (usize, &&str)| match *part {
        "**" if at == last => "**".to_owned(),
        "**" => "*/**".to_owned(),
        part => escape(part).replace("[*]", "*"),
    };
    format!("{above}{}", parts.iter().enumerate().map(part).collect::<Vec<_>>().join("/"))
}

/// The folder above the last wildcard of a path.
fn parent_glob(path: &str) -> String {
    let parent = parent_path(path);
    split_at_wildcard(parent).map_or_else(|| escape(parent), |(above, rest)| wild(&escape(above), rest))
}

/// A path as a glob that matches it alone.
pub fn escape(path: &str) -> String {
    globset::escape(path)
}

fn root_of(tree: &SourceTree, base: &str, package: &str) -> String {
    let relative = package.replace('.', "/");
    let has = |root: &str| {
        let path = join_path(root, &relative).unwrap_or_default();
        exists(tree, &path)
    };
    let near = [join_path(base, "").unwrap_or_default(), join_path(base, "src").unwrap_or_default()];
    if let Some(root) = near.iter().find(|root| has(root)) {
        return root.clone();
    }
    let suffix = format!("/{relative}");
    let below = |dir: &str| base.is_empty() || dir.starts_with(&format!("{base}/"));
    let above = |dir: &str| dir[..dir.len() - suffix.len()].to_owned();
    // What is imported by this name lies in no package itself.
    let is_within = |dir: &str| tree.file_id(&format!("{}/__init__.py", above(dir))).is_some();
    let found = tree.dirs.iter().filter(|dir| dir.path.ends_with(&suffix) && below(&dir.path));
    let found = found.min_by_key(|dir| (is_within(&dir.path), dir.depth));
    found.map_or_else(|| near[0].clone(), |dir| above(&dir.path))
}
