// What the socket carries, as src/session/messages defines it, and what re_viewer.js puts into the page.

export interface Building {
  entity: string;
  instance: number;
}

export type Command =
  | { type: "look"; before: View | null; selected: Building | null; cycle: number | null }
  | { type: "select"; building: Building; around: Building | null; cycle: number | null }
  | { type: "select_path"; path: string; frame: boolean; keep?: boolean; line?: number }
  | { type: "clear" }
  | { type: "frame"; building: Building | null; selected: Building | null }
  | { type: "cycle"; number: number }
  | { type: "search"; text: string }
  | { type: "source"; path: string; line: number }
  | { type: "lists" }
  | { type: "activity" }
  | { type: "observed"; path: string }
  | { type: "theme"; light: boolean }
  | ({ type: "time" } & Now)
  | { type: "swapped" };

/** The time that the viewer shows: a sequence number, or nanoseconds. */
export interface Now {
  timeline: string;
  time: number;
  playing: boolean;
}

export type Direction = "both" | "in" | "out";

/** How the page shows the city; it goes with each command. */
export interface View {
  look: Look | null;
  filter: Filter;
  depth: number;
  direction: Direction;
  /** Of a large city the viewer shows buildings, and not blocks. */
  near: boolean;
  room: Room;
  activity: Activity;
}

/** How what runs is shown. */
export interface Activity {
  /** What lights the buildings; nothing for null. */
  measure: ActivityMeasure | null;
  calls: boolean;
  unexplained: boolean;
  unexercised: boolean;
  imports: boolean;
}

export type ActivityMeasure = "rate" | "self_time" | "total_time" | "errors";

/** What there is room for: the report beside the city, the city alone, or that with few names. */
export type Room = "wide" | "narrow" | "small";

export interface Look {
  area: string;
  height: string;
  color: string;
}

export interface Filter {
  hide: Record<string, string[]>;
  directory: string;
  range: Range | null;
}

export interface Range {
  metric: string;
  min: number | null;
  max: number | null;
}

export type FromPage = Command & { recording: string; view: View };

export type ToPage =
  | { type: "hello"; cities: PageInfo[]; recording_bytes: number }
  | { type: "replaced"; cities: PageInfo[]; recording_bytes: number }
  | { type: "rrd"; bytes: number; opens?: string; ends?: string }
  | { type: "ready" }
  | Drive
  | { type: "metrics"; city: PageInfo; changed: string }
  | { type: "details"; building: Building; shown_as: Building; details: Details; reveal: boolean; framed: boolean; cycle: number | null }
  | { type: "import"; details: ImportDetails }
  | { type: "cleared" }
  | { type: "look"; legend: Legend; shown: Shown; shown_as: Building | null }
  | { type: "refused"; message: string }
  | { type: "framed"; near: boolean; shown_as: Building | null }
  | { type: "hits"; text: string; hits: Hit[] }
  | { type: "source"; excerpt: Excerpt }
  | { type: "lists"; lists: Lists }
  | { type: "runtime"; recording: string; runtime: RuntimeInfo }
  | { type: "observed"; path: string; observed: Observed }
  | { type: "themed" }
  | { type: "error"; message: string };

export interface Drive {
  type: "drive";
  recording: string;
  remote: Remote;
  building: Building | null;
  remembered: boolean;
}

/** What the program that serves the city may ask for. */
export type Remote =
  | { type: "select"; path: string }
  | { type: "clear" }
  | { type: "frame"; path: string | null }
  | { type: "look"; area: string | null; height: string | null; color: string | null }
  | { type: "imports"; path: string; depth: number; direction: Direction }
  | ({ type: "filter" } & Filter)
  | { type: "play" }
  | { type: "pause" }
  | { type: "set_time"; timeline: string | null; time: number }
  | { type: "timeline"; name: string };

export interface PageInfo {
  name: string;
  application_id: string;
  recording_id: string;
  counts: Measure[];
  legend: Legend;
  metrics: MetricInfo[];
  facets: Facet[];
  root: string | null;
  has_sources: boolean;
  /** Null while nothing of the kind is known. */
  runtime: RuntimeInfo | null;
}

/** What was seen to run. */
export interface RuntimeInfo {
  is_live: boolean;
  /** It is shown as recorded and cannot be otherwise, as in an exported folder. */
  is_fixed: boolean;
  /** What has brought it to its end; empty while it goes on, and for a recording. */
  note: string;
  /** What a page shows that was asked for nothing else. */
  shown: Activity;
  measures: MeasureKey[];
  error_color: Color;
  arcs: ArcKey[];
  placed: Count[];
  records: Count[];
  refused: Count[];
  mended: Count[];
  services: List<ServiceInfo>;
}

export interface Count {
  name: string;
  count: number;
}

export interface MeasureKey {
  name: ActivityMeasure;
  label: string;
  stops: LegendEntry[];
}

export interface ServiceInfo {
  name: string;
  calls: number;
  errors: number;
}

/** What was seen to run of a file. */
export interface Observed {
  functions: List<ObservedFunction>;
  errors: List<ObservedError>;
}

export interface ObservedFunction {
  name: string;
  line: number | null;
  calls: number;
  errors: number;
  self_millis: number;
  p95_millis: number | null;
}

export interface ObservedError {
  /** Nanoseconds since the Unix epoch; of the last of several. */
  time: number;
  count: number;
  function: string;
  kind: string;
  message: string;
}

export interface MetricInfo {
  name: string;
  unit: string;
  description: string;
  range: [number, number] | null;
}

export interface Facet {
  name: string;
  values: FacetValue[];
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface Legend {
  area: SizeKey;
  height: SizeKey;
  color: MetricName;
  color_key: { kind: "categories"; entries: LegendEntry[] } | { kind: "scale"; stops: LegendEntry[] };
  arcs: ArcKey[];
}

export interface MetricName {
  name: string;
  unit: string;
}

export interface SizeKey extends MetricName {
  formula: string;
  stops: SizeStop[];
}

export interface SizeStop {
  label: string;
  share: number;
}

export type Color = [number, number, number];

export interface LegendEntry {
  label: string;
  color: Color;
  count: number | null;
}

export interface ArcKey {
  label: string;
  color: Color;
}

export interface Shown {
  shown: number;
  total: number;
  hidden_selection: Building | null;
}

export interface Hit {
  path: string;
  kind: "directory" | "file" | "function";
  function: string | null;
  line: number | null;
  language: string | null;
  hidden: boolean;
}

export interface Excerpt {
  path: string;
  first_line: number;
  line: number;
  lines: string[];
  total_lines: number;
  note: string;
}

export interface Lists {
  cycles: CycleEntry[];
  all_cycles: number;
  hotspots: Hotspot[];
}

export interface CycleEntry {
  number: number;
  files: number;
  directory: string;
  first: string[];
}

export interface Hotspot {
  path: string;
  score: number;
  complexity: number;
  fan_in: number;
}

export interface Details {
  path: string;
  kind: "file" | "directory";
  language: string | null;
  class: string | null;
  metrics: Measure[];
  imports: List<Import>;
  imported_by: List<Import>;
  externals: List<string>;
  functions: List<FunctionFacts>;
}

export interface List<T> {
  items: T[];
  total: number;
}

export interface Measure {
  name: string;
  value: number | string;
  unit: string;
}

export interface Import {
  path: string;
  line: number | null;
  kind: string;
}

export interface ImportDetails {
  from: ImportEnd;
  to: ImportEnd;
  imports: List<ImportLine>;
  /** How many calls were seen, if the arc is one of those. */
  calls?: number;
}

export interface ImportEnd {
  path: string;
  kind: "file" | "directory";
}

export interface ImportLine {
  from: string;
  to: string;
  line: number;
  kind: string;
}

export interface FunctionFacts {
  name: string;
  line: number;
  complexity: number;
}

/** What a link to a view holds. */
export interface State extends View {
  /** The recording; empty for the first. */
  city: string;
  /** The path of what is selected, of a directory with a slash at its end; null for nothing. */
  selected: string | null;
  /** The line of its source that is shown; 0 for the first. */
  line: number;
}

/** The part of Rerun's handle that the page uses. */
export interface WebHandle {
  start(canvas: HTMLCanvasElement): Promise<void>;
  open_channel(id: string, name: string): void;
  send_rrd_to_channel(id: string, bytes: Uint8Array): void;
  add_receiver(url: string): void;
  remove_receiver(url: string): void;
  get_active_timeline(recording: string): string | undefined;
  set_active_timeline(recording: string, timeline: string): void;
  get_time_for_timeline(recording: string, timeline: string): number | undefined;
  set_time_for_timeline(recording: string, timeline: string, time: number): void;
  get_playing(recording: string): boolean | undefined;
  set_playing(recording: string, playing: boolean): void;
  get_timeline_time_range(recording: string, timeline: string): { min: number; max: number } | undefined;
  override_panel_state(panel: string, state: string | undefined): void;
  set_active_recording_id(id: string): void;
  toggle_panel_overrides(active: boolean): void;
  has_panicked(): boolean;
  panic_message(): string | undefined;
}

declare global {
  const wasm_bindgen: {
    (options: { module_or_path: Response | Promise<Response> }): Promise<unknown>;
    WebHandle: new (options: object) => WebHandle;
  };
}
