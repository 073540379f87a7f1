// What a SQL text says, before names and types are known. Every node carries its place.

/** Line and column count from 1; start and end are offsets in the file's text, [start, end). */
export type Span = { readonly line: number; readonly col: number; readonly start: number; readonly end: number };

export type Ident = { readonly name: string; readonly at: Span };

/** A type as written: `DECIMAL(10, 2)`, `ROW<a INT>`, `ARRAY<STRING>`, `MAP<STRING, INT>`. Its meaning is found in check/. */
export type TypeNode =
  | { readonly kind: 'plain'; readonly name: string; readonly args: readonly number[]; readonly at: Span }
  | {
      readonly kind: 'row';
      readonly fields: readonly { readonly name: Ident; readonly type: TypeNode }[];
      readonly at: Span;
    }
  | { readonly kind: 'array'; readonly element: TypeNode; readonly at: Span }
  | { readonly kind: 'map'; readonly key: TypeNode; readonly value: TypeNode; readonly at: Span };

export type LiteralKind = 'integer' | 'decimal' | 'double' | 'string' | 'timestamp' | 'date' | 'boolean' | 'null';
export type BinaryOp = 'OR' | 'AND' | '=' | '<>' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '||';

export type ExprNode =
  | { readonly kind: 'literal'; readonly of: LiteralKind; readonly text: string; readonly at: Span }
  | {
      readonly kind: 'interval';
      readonly text: string;
      readonly from: string;
      readonly to: string | null;
      /** Digits allowed in the leading field, as in `SECOND(3)`; null when not written (Flink then allows two). */
      readonly precision: number | null;
      readonly at: Span;
    }
  | { readonly kind: 'name'; readonly parts: readonly Ident[]; readonly at: Span }
  | { readonly kind: 'field'; readonly of: ExprNode; readonly name: Ident; readonly at: Span }
  | { readonly kind: 'item'; readonly of: ExprNode; readonly index: ExprNode; readonly at: Span }
  | { readonly kind: 'unary'; readonly op: 'NOT' | '-' | '+'; readonly arg: ExprNode; readonly at: Span }
  | {
      readonly kind: 'binary';
      readonly op: BinaryOp;
      readonly left: ExprNode;
      readonly right: ExprNode;
      readonly at: Span;
    }
  | {
      readonly kind: 'between';
      readonly not: boolean;
      readonly symmetric: boolean;
      readonly arg: ExprNode;
      readonly low: ExprNode;
      readonly high: ExprNode;
      readonly at: Span;
    }
  | {
      readonly kind: 'in';
      readonly not: boolean;
      readonly arg: ExprNode;
      readonly list: readonly ExprNode[];
      readonly at: Span;
    }
  /** `x IN (SELECT …)`, and `EXISTS (SELECT …)` with `arg` null: semi and anti joins. */
  | {
      readonly kind: 'in-query';
      readonly not: boolean;
      readonly arg: ExprNode | null;
      readonly query: QueryNode;
      readonly at: Span;
    }
  | {
      readonly kind: 'like';
      readonly not: boolean;
      readonly arg: ExprNode;
      readonly pattern: ExprNode;
      readonly escape: ExprNode | null;
      readonly at: Span;
    }
  | {
      readonly kind: 'is';
      readonly not: boolean;
      readonly what: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN';
      readonly arg: ExprNode;
      readonly at: Span;
    }
  | {
      readonly kind: 'distinct';
      readonly not: boolean;
      readonly left: ExprNode;
      readonly right: ExprNode;
      readonly at: Span;
    }
  | {
      readonly kind: 'case';
      readonly operand: ExprNode | null;
      readonly whens: readonly { readonly when: ExprNode; readonly result: ExprNode }[];
      readonly otherwise: ExprNode | null;
      readonly at: Span;
    }
  | {
      readonly kind: 'cast';
      readonly safe: boolean;
      readonly arg: ExprNode;
      readonly type: TypeNode;
      readonly at: Span;
    }
  | {
      readonly kind: 'json';
      readonly fn: 'JSON_VALUE' | 'JSON_EXISTS';
      readonly arg: ExprNode;
      readonly path: ExprNode;
      readonly returning: TypeNode | null;
      /** DEFAULT … ON ERROR; null stands for NULL ON ERROR, which is also what goes without saying. */
      readonly onError: ExprNode | null;
      readonly at: Span;
    }
  | CallNode;

/** A function call. `unit` is the field of `EXTRACT(HOUR FROM x)`, `FLOOR(x TO HOUR)` and the side of `TRIM(LEADING …)`. */
export type CallNode = {
  readonly kind: 'call';
  readonly name: Ident;
  readonly star: boolean;
  readonly distinct: boolean;
  readonly args: readonly ExprNode[];
  readonly unit: string | null;
  readonly filter: ExprNode | null;
  /** `OVER (PARTITION BY … ORDER BY …)`. */
  readonly over: OverNode | null;
  readonly at: Span;
};

export type OverNode = {
  readonly partitionBy: readonly ExprNode[];
  readonly orderBy: readonly {
    readonly expr: ExprNode;
    readonly descending: boolean;
    /** NULLS FIRST or LAST; null when not written. */
    readonly nulls: 'first' | 'last' | null;
    readonly at: Span;
  }[];
  readonly at: Span;
};

/** `expr [AS name]`, `*` or `table.*`. */
export type SelectItem =
  | { readonly kind: 'expr'; readonly expr: ExprNode; readonly alias: Ident | null; readonly at: Span }
  | { readonly kind: 'star'; readonly table: Ident | null; readonly at: Span };

export type WindowArg = {
  /** Of a named argument, `SIZE => …`; null when positional. */
  readonly name: Ident | null;
  readonly value:
    | { readonly kind: 'table'; readonly table: Ident; readonly partitionBy: readonly Ident[]; readonly at: Span }
    | { readonly kind: 'descriptor'; readonly columns: readonly Ident[]; readonly at: Span }
    | { readonly kind: 'expr'; readonly expr: ExprNode; readonly at: Span };
};

export type From =
  | {
      readonly kind: 'query';
      readonly query: QueryNode;
      readonly alias: Ident | null;
      /** `AS t (a, b)`; null when not written. */
      readonly columns: readonly Ident[] | null;
      readonly at: Span;
    }
  | { readonly kind: 'table'; readonly table: Ident; readonly alias: Ident | null; readonly at: Span }
  /** `a JOIN b ON …`, `a CROSS JOIN b` and `a, b` (both `cross`, `on` null). Joins lean to the left. */
  | {
      readonly kind: 'join';
      readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
      readonly left: From;
      readonly right: From;
      readonly on: ExprNode | null;
      readonly at: Span;
    }
  /** `t FOR SYSTEM_TIME AS OF x`, on the right of a join. */
  | {
      readonly kind: 'as-of';
      readonly table: Ident;
      readonly time: ExprNode;
      readonly alias: Ident | null;
      readonly at: Span;
    }
  /** `UNNEST(x) [WITH ORDINALITY] AS t (a, b)`, on the right of a join. */
  | {
      readonly kind: 'unnest';
      readonly expr: ExprNode;
      readonly ordinality: boolean;
      readonly alias: Ident | null;
      readonly columns: readonly Ident[] | null;
      readonly at: Span;
    }
  | {
      readonly kind: 'window';
      readonly fn: Ident;
      readonly args: readonly WindowArg[];
      readonly alias: Ident | null;
      readonly at: Span;
    };

/** One element of GROUP BY. `sets`: each of them one grouping; `CUBE` and `ROLLUP` count a bracket as one element. */
export type GroupNode =
  | { readonly kind: 'expr'; readonly expr: ExprNode; readonly at: Span }
  | { readonly kind: 'list'; readonly exprs: readonly ExprNode[]; readonly at: Span }
  | { readonly kind: 'sets'; readonly sets: readonly GroupNode[]; readonly at: Span }
  | {
      readonly kind: 'rollup' | 'cube';
      readonly lists: readonly (readonly ExprNode[])[];
      readonly at: Span;
    };

export type Select = {
  readonly kind: 'select';
  /** Where DISTINCT stands. */
  readonly distinct: Span | null;
  readonly items: readonly SelectItem[];
  readonly from: From;
  readonly where: ExprNode | null;
  readonly groupBy: readonly GroupNode[] | null;
  readonly having: ExprNode | null;
  readonly at: Span;
};

/** `WITH name AS (query)`. */
export type Cte = { readonly name: Ident; readonly columns: readonly Ident[] | null; readonly query: QueryNode };

/** One SELECT, or several joined by UNION ALL. */
export type QueryNode = { readonly with: readonly Cte[]; readonly parts: readonly Select[]; readonly at: Span };

/** `name AS expr` in CREATE TABLE; `index` is its place among all columns. */
export type ComputedNode = {
  readonly name: Ident;
  readonly expr: ExprNode;
  readonly index: number;
  readonly at: Span;
};

export type ColumnNode = {
  readonly name: Ident;
  readonly type: TypeNode;
  readonly notNull: boolean;
  /** `METADATA [FROM 'key']`: the key, or the column's own name. */
  readonly metadata: { readonly key: string | null; readonly at: Span } | null;
  readonly at: Span;
};

export type OptionNode = {
  readonly key: string;
  readonly value: string;
  readonly keyAt: Span;
  readonly valueAt: Span;
};

export type CreateTable = {
  readonly kind: 'create-table';
  readonly name: Ident;
  readonly columns: readonly ColumnNode[];
  readonly computed: readonly ComputedNode[];
  readonly watermarks: readonly { readonly column: Ident; readonly as: ExprNode; readonly at: Span }[];
  readonly primaryKeys: readonly { readonly columns: readonly Ident[]; readonly at: Span }[];
  readonly options: readonly OptionNode[];
  readonly at: Span;
};

export type Insert = {
  readonly kind: 'insert';
  readonly into: Ident;
  readonly columns: readonly Ident[] | null;
  readonly query: QueryNode;
  readonly at: Span;
};

export type CreateView = {
  readonly kind: 'create-view';
  readonly name: Ident;
  readonly columns: readonly Ident[] | null;
  readonly query: QueryNode;
  readonly at: Span;
};

/** `CREATE [TEMPORARY] FUNCTION name AS 'file.ts#export' [LANGUAGE x]`. */
export type CreateFunction = {
  readonly kind: 'create-function';
  readonly name: Ident;
  readonly from: { readonly text: string; readonly at: Span };
  readonly language: Ident | null;
  readonly at: Span;
};

export type Statement = CreateTable | CreateView | CreateFunction | Insert;
