//! `repolis log` and `--help` as a user sees them.

use insta::assert_snapshot;

use crate::project::{Project, SHOP};

#[test]
fn it_says_what_it_found() {
    assert_snapshot!(Project::new(SHOP).run("log shop -o city.rrd"), @r"
    exit status: 0
    --- stdout
    --- stderr
    shop: 10 buildings, 5 functions, 5 imports, 1 import cycles
    wrote city.rrd
    ");
}

#[test]
fn quiet_is_quiet() {
    assert_snapshot!(Project::new(SHOP).run("log shop -o city.rrd --quiet"), @r"
    exit status: 0
    --- stdout
    --- stderr
    ");
}

#[test]
fn json_is_one_line_for_scripts() {
    assert_snapshot!(Project::new(SHOP).run("log shop -o city.rrd --json"), @r#"
    exit status: 0
    --- stdout
    {"buildings":10,"commit":null,"cycles":1,"diagnostics":0,"files":10,"functions":5,"imports":5,"name":"shop","skipped":[],"unresolved":1}
    --- stderr
    wrote city.rrd
    "#);
}

#[test]
fn json_makes_way_for_a_recording_on_standard_output() {
    let ran = Project::new(SHOP).run("log shop -o - --json");
    assert!(ran.output.stdout.starts_with(b"RRF2"));
    assert_snapshot!(ran.stderr(), @r#"
    {"buildings":10,"commit":null,"cycles":1,"diagnostics":0,"files":10,"functions":5,"imports":5,"name":"shop","skipped":[],"unresolved":1}
    "#);
}

/// The number of buildings with these options.
#[track_caller]
fn check_buildings(options: &str, expect: usize) {
    let project = Project::new(SHOP);
    project.write(".hidden/settings.py", "a = 1\n");
    project.write("package-lock.json", "{}\n");
    project.write("page/all.min.js", &"function f(){};".repeat(400));
    std::fs::write(project.root().join("logo.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    let ran = project.run(&format!("log shop -o city.rrd --json {options}"));
    let summary: serde_json::Value = serde_json::from_str(&ran.stdout()).unwrap_or_else(|_| panic!("{ran}"));
    assert_eq!(summary["buildings"], expect, "{ran}");
}

#[test]
fn options_choose_the_files() {
    check_buildings("", 10);
    check_buildings("--include *.py", 4);
    check_buildings("--include *.py --include *.ts", 6);
    check_buildings("--exclude page/** --exclude *.md", 7);
    check_buildings("--exclude shop", 6);
    check_buildings("--no-ignore", 11);
    check_buildings("--hidden", 12);
    check_buildings("--with generated", 11);
    check_buildings("--with generated,minified,binary", 13);
}

#[test]
fn every_metric_can_be_a_size_and_a_colour() {
    let project = Project::new(SHOP);
    for metric in repolis::metrics::METRICS {
        let name = metric.name;
        if !metric.is_text() {
            project.log(&format!("--area {name} --height {name}"));
        }
        project.log(&format!("--color {name}"));
    }
}

#[test]
fn help_teaches() {
    assert_snapshot!(Project::new("").run("--help").stdout(), @r"
    Any repository becomes a 3D code city in the Rerun viewer.

    A building is a file, a district is a directory, an arc is an import. Footprint, height and colour
    are metrics of your choice. Nothing of the repository is executed and nothing leaves this machine.

    Usage: repolis [OPTIONS] <COMMAND>

    Commands:
      view    Analyse a folder, or a revision of one, and open its city
      log     Analyse a folder, or a revision of one, and write its city as a recording (.rrd)
      export  Write the graph and the metrics in a format of other tools
      check   Hold a folder, a revision or a recording against rules: which imports may be, cycles,
              limits
      replay  Open recordings that `repolis log` wrote; the repository is not needed
      query   Ask a question about the imports and metrics of a repository
      help    Print this message or the help of the given subcommand(s)

    Options:
      -q, --quiet
              Say nothing but errors

          --json
              Print the summary or the answer as one line of JSON, for scripts

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Examples:
      repolis view .                                  the city of this folder, in the browser
      repolis view . --color max_complexity           coloured by the most complex function
      repolis view . --exclude 'tests/**' --no-open   without tests; only print the address
      repolis view .@v1.0                             a git revision; nothing is checked out
      repolis log . -o city.rrd                       a recording, to be kept or sent
      repolis replay city.rrd                         shows it again, without the repository
      repolis log . -o - | rerun -                    into the desktop viewer
      repolis view . --otlp                           lit up by what runs, sent by OpenTelemetry
      repolis log . --otlp -o run.rrd                 recorded, until Ctrl-C
      repolis query path src/cli src/scan             why the one needs the other

    More on each command: repolis help COMMAND
    ");
}

#[test]
fn help_of_log_names_options_and_metrics() {
    assert_snapshot!(Project::new("").run("log --help").stdout(), @r"
    Analyse a folder, or a revision of one, and write its city as a recording (.rrd)

    Usage: repolis log [OPTIONS] [SOURCE]

    Arguments:
      [SOURCE]
              Folder, or a git revision of one: path@revision

              [default: .]

    Options:
      -q, --quiet
              Say nothing but errors

          --json
              Print the summary or the answer as one line of JSON, for scripts

      -o, --output <FILE>
              File to write; `-` writes to standard output, for `rerun -`

          --connect <URL>
              Stream into a running Rerun viewer too, such as `rerun+http://127.0.0.1:9876/proxy`

      -h, --help
              Print help (see a summary with '-h')

    Look:
          --area <METRIC>
              Metric of the footprint

              [default: code_lines]

          --height <METRIC>
              Metric of the height

              [default: complexity]

          --color <METRIC>
              Metric of the colour

              [default: language]

          --arcs <N>
              At most so many import arcs, the strongest; 1000 is the most [default: by the number of
              files]

    Files:
          --with <CLASS>
              Draw files that are left out otherwise

              Possible values:
              - generated: Lock files, protobuf output, files marked as generated
              - minified:  JavaScript and CSS squeezed for transport
              - binary:    Files that are not text

          --include <GLOB>
              Only files that match this glob, in .gitignore syntax; may be repeated

          --exclude <GLOB>
              No files or folders that match this glob; may be repeated

          --hidden
              Take files and folders whose name starts with a dot

          --no-ignore
              Take what .gitignore, .ignore and .repolisignore exclude

    What runs:
          --otlp
              Receive OpenTelemetry (OTLP) over gRPC and HTTP: what runs lights the city up

          --otlp-grpc-port <PORT>
              Port of OTLP over gRPC; 0 takes a free one

              [default: 4317]

          --otlp-http-port <PORT>
              Port of OTLP over HTTP; 0 takes a free one

              [default: 4318]

          --otlp-bind <ADDRESS>
              Address to receive OTLP at; whoever reaches it can send, and the page stays on this
              machine

              [default: 127.0.0.1]

          --path-map <FROM=TO>
              Where the sender's files are here, such as /app=src; may be repeated

          --memory-limit <SIZE>
              Memory for what is seen and for messages on their way, such as 512MiB

              [default: 1GiB]

          --follow <FILE>
              Take records from a file of JSON lines, and what is added to it; `-` reads standard input;
              may be repeated

          --redraw-hz <N>
              Draw at most so often a second

              [default: 10]

          --activity <MEASURE>
              What lights the buildings: rate, self_time, total_time or errors

              [default: rate]

    Metrics: bytes, lines, code_lines, comment_lines, blank_lines, functions, classes, abstract_classes,
    complexity, max_complexity, cognitive_complexity, max_cognitive_complexity, max_function_lines,
    nesting_depth, fan_in, fan_out, page_rank, cycle, layer; and for --color also language, class, role
    and entry.
    Computed only when named: betweenness, community.
    The page docs/metrics.md says what each is and where its formula comes from.
    ");
}

#[test]
fn help_of_commands_is_reached_both_ways() {
    let project = Project::new("");
    for command in ["view", "log", "export", "replay"] {
        let (one, other) = (project.run(&format!("help {command}")), project.run(&format!("{command} --help")));
        assert_eq!((one.code(), one.stdout()), (Some(0), other.stdout()));
    }
}

#[test]
fn the_version_is_the_crates() {
    assert_eq!(Project::new("").run("--version").stdout(), concat!("repolis ", env!("CARGO_PKG_VERSION"), "\n"));
}
