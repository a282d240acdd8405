//! A repository in a temporary folder, and the real binary run beside it.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

pub const BINARY: &str = env!("CARGO_BIN_EXE_repolis");
/// Long enough for a busy machine; only a test that fails waits so long.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// Stands for the user in the environment of every run; no recording may hold it.
pub const USER: &str = "somebody-on-this-machine";

/// Three languages, a cycle, a package from outside, an import that leads nowhere.
pub const SHOP: &str = "
    //- shop/__init__.py
    //- shop/main.py
    import json
    from shop.cart import total

    def run(items):
        if not items:
            return json.dumps([])
        return total(items)
    //- shop/cart.py
    from shop.stock import price
    from .gone import nothing

    def total(items):
        return sum(price(item) for item in items)
    //- shop/stock.py
    def price(item):
        from shop.cart import total
        return item.price or total([])
    //- page/index.ts
    import type { Item } from './item';
    export const names = (items: Item[]) => items.map((item) => item.name);
    //- page/item.ts
    export interface Item { name: string }
    //- engine/Cargo.toml
    [package]
    name = \"engine\"
    edition = \"2024\"
    //- engine/src/lib.rs
    mod wheel;
    pub use wheel::turn;
    //- engine/src/wheel.rs
    pub fn turn(times: u32) -> u32 { if times > 3 { 3 } else { times } }
    //- README.md
    # Shop
    //- .gitignore
    *.log
    //- debug.log
    never drawn
";

/// A folder `shop` with the files of a fixture, in a folder of its own.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Each file of a fixture starts with a line `//- path`; what indents all lines is not part of it.
    pub fn new(fixture: &str) -> Self {
        let project = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(project.root()).unwrap();
        let indent = fixture.lines().find_map(|line| line.find("//- ")).unwrap_or(0);
        let mut path = None;
        for line in fixture.lines().map(|line| line.get(indent..).unwrap_or_default()) {
            if let Some(name) = line.strip_prefix("//- ") {
                project.write(name, "");
                path = Some(project.root().join(name));
            } else if let Some(path) = &path {
                let text = fs::read_to_string(path).unwrap();
                fs::write(path, format!("{text}{line}\n")).unwrap();
            }
        }
        project
    }

    /// The repository; what is written goes beside it.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    /// The folder that commands run in, which holds the repository.
    pub fn beside(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the repository, with the folders above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The command line that the test adds to, in an environment without the developer's settings.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.beside()).stdin(Stdio::null());
        command.env("USER", USER).env("HOME", format!("/home/{USER}")).env("HOSTNAME", USER);
        command.env("NO_COLOR", "1").env_remove("COLUMNS").env_remove("RUST_BACKTRACE");
        command
    }

    /// Runs `repolis` with arguments that spaces separate.
    pub fn run(&self, args: &str) -> Ran {
        self.finish(self.command(BINARY).args(args.split_whitespace()))
    }

    /// Runs a line of shell in which `repolis` is the binary.
    pub fn shell(&self, line: &str) -> Ran {
        let script = format!("repolis() {{ '{BINARY}' \"$@\"; }}\n{line}");
        self.finish(self.command("sh").args(["-c", &script]))
    }

    pub fn finish(&self, command: &mut Command) -> Ran {
        Ran { output: command.output().unwrap(), folder: self.folder.path().to_owned() }
    }

    /// Runs `repolis log` on the repository and returns the bytes written.
    #[track_caller]
    pub fn log(&self, options: &str) -> Vec<u8> {
        let ran = self.run(&format!("log shop -o city.rrd {options}"));
        assert_eq!(ran.code(), Some(0), "{ran}");
        fs::read(self.beside().join("city.rrd")).unwrap()
    }

    /// Names in the folder beside the repository, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.beside()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// What a command did. Its text is for snapshots: the temporary folder is `[TMP]`, and lines end with their last word.
pub struct Ran {
    pub output: Output,
    folder: PathBuf,
}

impl Ran {
    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    pub fn stdout(&self) -> String {
        self.text(&self.output.stdout)
    }

    pub fn stderr(&self) -> String {
        self.text(&self.output.stderr)
    }

    fn text(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes).replace(&*self.folder.to_string_lossy(), "[TMP]");
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n--- stdout\n{}--- stderr\n{}", self.output.status, self.stdout(), self.stderr())
    }
}

/// A command that runs until the test ends it.
pub struct Running {
    child: Child,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self { child: command.stdout(Stdio::piped()).spawn().unwrap() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard output; `None` when it ended.
    pub fn line(&mut self) -> Option<String> {
        let stdout: ChildStdout = self.child.stdout.take().expect("one line is read of each command");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(stdout).read_line(&mut line);
            // Nobody listens when the deadline has passed.
            let _ = sender.send(read.is_ok_and(|bytes| bytes > 0).then(|| line.trim_end().to_owned()));
        });
        receiver.recv_timeout(DEADLINE).expect("the command prints or ends before the deadline")
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        let status = Command::new("sh").args(["-c", &format!("kill -INT {}", self.id())]).status().unwrap();
        assert!(status.success());
    }

    /// As `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The exit code, or `None` after a signal that was not handled.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
