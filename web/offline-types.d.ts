// What src/session/site writes, as far as it is no table.

import type { Legend, Look, MetricName, PageInfo, SizeKey } from "./types.js";

export type Point = [number, number, number];

export interface Overview {
  version: number;
  info: PageInfo;
  recorded: Look;
  looks: {
    area: Record<string, { key: SizeKey; file: string }>;
    height: Record<string, { key: SizeKey; max: number; power: number }>;
    color: Record<string, { metric: MetricName; key: Legend["color_key"]; file: string }>;
  };
  heights: { tallest: number; lowest: number; lowest_of_side: number };
  camera: { from_above: Point; room_around: number; whole_from: number; least_frame: number };
  /** Eye and target, by the room of a page. */
  whole: Record<string, [Point, Point]>;
  /** The directory of each node. */
  graph: number[];
  arcs: { budget: number; rooms: number[]; colors: Record<string, Point> };
}

export interface PackHeader {
  /** Offset and length in bytes. */
  arrays: Record<string, [number, number]>;
  streams: Record<string, StreamHeader>;
}

export interface StreamHeader {
  place: [number, number];
  /** Pairs: the offset of an id, and how much later than the first it is. */
  ids: { little: number[]; big: number[]; hex: number[] };
  /** Offsets and lengths in bytes. */
  slots: Record<string, [number, number][]>;
}

/** An arc from one roof to another. */
export interface DrawnArc {
  /** Both ends: files by their number, directories by theirs behind all files. */
  from: number;
  to: number;
  points: Float32Array;
  radius: number;
  /** Of the half at the importing end, and of the other. */
  colors: [Point, Point];
}
