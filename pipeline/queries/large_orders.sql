-- Orders of 500 euro and more, one by one, as they come.
INSERT INTO large_orders
SELECT order_id, store, sku, total, basket, ordered_at
FROM orders
WHERE total >= 500;

-- example:
-- orders {"order_id":"o1","visitor":"v1","store":"oslo","sku":"desk-01","quantity":1,"total":499.99,"basket":"large","ordered_at":"2026-01-05T09:00:00.000Z"}
-- orders {"order_id":"o2","visitor":"v2","store":"oslo","sku":"desk-02","quantity":1,"total":500,"basket":"huge","ordered_at":"2026-01-05T09:00:01.000Z"}
-- => {"order_id":"o2","store":"oslo","sku":"desk-02","total":"500.00","basket":"huge","ordered_at":"2026-01-05 09:00:01.000"}
