// What the socket carries, as src/session/messages.rs defines it, and what re_viewer.js puts into the page.

export interface Building {
  entity: string;
  instance: number;
}

export type Command =
  | { type: "select"; building: Building }
  | { type: "select_path"; path: string }
  | { type: "clear" };

export type FromPage = Command & { recording: string };

export type ToPage =
  | { type: "hello"; cities: PageInfo[]; recording_bytes: number }
  | { type: "rrd"; bytes: number }
  | { type: "ready" }
  | { type: "details"; building: Building; details: Details; reveal: boolean }
  | { type: "cleared" }
  | { type: "error"; message: string };

export interface PageInfo {
  name: string;
  application_id: string;
  recording_id: string;
  counts: Measure[];
  legend: Legend;
}

export interface Legend {
  area: MetricName;
  height: MetricName;
  color: MetricName;
  color_key: { kind: "categories"; entries: LegendEntry[] } | { kind: "scale"; stops: LegendEntry[] };
  arcs: ArcKey[];
}

export interface MetricName {
  name: string;
  unit: string;
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

export interface FunctionFacts {
  name: string;
  line: number;
  complexity: number;
}

/** The part of Rerun's handle that the page uses. */
export interface WebHandle {
  start(canvas: HTMLCanvasElement): Promise<void>;
  open_channel(id: string, name: string): void;
  send_rrd_to_channel(id: string, bytes: Uint8Array): void;
  add_receiver(url: string): void;
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
