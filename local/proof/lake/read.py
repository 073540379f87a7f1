"""The lake as other engines read it: counts, sums, distinct ids and types must equal the input's, before and after compaction.
   read.py DIR duckdb|pyarrow|spark"""
import glob
import json
import os
import sys
from decimal import Decimal

folder, engine = sys.argv[1:]
with open(os.path.join(folder, "expected.json")) as file:
    want = json.load(file)


def duck(root, files):
    import duckdb

    t = f"read_parquet({files!r}, hive_partitioning = true, union_by_name = true)"
    one = duckdb.sql(f"SELECT count(*), sum(total), count(DISTINCT order_id) FROM {t}").fetchall()[0]
    odd = duckdb.sql(f"SELECT count(*) FROM {t} WHERE strftime(ordered_at, '%Y-%m-%d %H') <> dt || ' ' || printf('%02d', hour::INT)").fetchall()[0][0]
    return (*one, odd, duckdb.sql(f"SELECT typeof(total), typeof(ordered_at) FROM {t} LIMIT 1").fetchall()[0])


def arrow(root, files):
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    t = ds.dataset(files, format="parquet", partition_base_dir=root, partitioning="hive").to_table()
    day = pc.strftime(t["ordered_at"], format="%Y-%m-%d")
    odd = pc.sum(pc.not_equal(day, pc.cast(t["dt"], "string"))).as_py()
    types = (str(t.schema.field("total").type), str(t.schema.field("ordered_at").type))
    return t.num_rows, pc.sum(t["total"]).as_py(), pc.count_distinct(t["order_id"]).as_py(), odd, types


def spark(root, files):
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as f

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    t = session.read.option("basePath", root).option("mergeSchema", "true").parquet(*files)
    one = t.agg(f.count("*"), f.sum("total"), f.countDistinct("order_id")).first()
    odd = t.where(f.date_format("ordered_at", "yyyy-MM-dd HH") != f.concat_ws(" ", f.date_format("dt", "yyyy-MM-dd"), f.format_string("%02d", f.col("hour").cast("int")))).count()
    types = dict(t.dtypes)
    return one[0], one[1], one[2], odd, (types["total"], types["ordered_at"])


wrong = 0
for when, root in (("before", "before/lake"), ("after", "after/compacted")):
    files = sorted(glob.glob(f"{folder}/{root}/**/*.parquet", recursive=True))
    groups = {}  # a generation is no column: what lies below type= is
    for path in files:
        groups.setdefault(path.split("/type=")[0], []).append(path)
    found = [{"duckdb": duck, "pyarrow": arrow, "spark": spark}[engine](base, paths) for base, paths in groups.items()]
    rows, total, ids = (sum(f[i] for f in found) for i in range(3))
    good = rows == want["rows"] and ids == want["ids"] and Decimal(total) * 100 == want["cents"] and not any(f[3] for f in found)
    wrong += not good
    print(f"{engine:8} {when:6} {len(files):3} files: {rows} rows, sum {total}, {ids} ids, {sum(f[3] or 0 for f in found)} in another hour's folder; total {found[0][4][0]}, ordered_at {found[0][4][1]}: {'as the input' if good else 'NOT as the input: ' + str(want)}")
sys.exit(wrong)
