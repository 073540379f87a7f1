-- An alert when a store has three or more failed payments with one provider in a minute.
INSERT INTO payment_alerts
SELECT store, provider, window_start, window_end, COUNT(*) AS failed
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(paid_at), INTERVAL '1' MINUTE))
WHERE outcome = 'failed'
GROUP BY store, provider, window_start, window_end
HAVING COUNT(*) >= 3;

-- example:
-- payments {"payment_id":"p1","order_id":"o1","store":"oslo","provider":"card","outcome":"failed","amount":9.90,"paid_at":"2026-01-05T09:00:01.000Z"}
-- payments {"payment_id":"p2","order_id":"o2","store":"oslo","provider":"card","outcome":"failed","amount":5.00,"paid_at":"2026-01-05T09:00:02.000Z"}
-- payments {"payment_id":"p3","order_id":"o3","store":"oslo","provider":"card","outcome":"paid","amount":5.00,"paid_at":"2026-01-05T09:00:03.000Z"}
-- payments {"payment_id":"p4","order_id":"o4","store":"oslo","provider":"sepa","outcome":"failed","amount":5.00,"paid_at":"2026-01-05T09:00:04.000Z"}
-- payments {"payment_id":"p5","order_id":"o5","store":"oslo","provider":"card","outcome":"failed","amount":5.00,"paid_at":"2026-01-05T09:00:59.000Z"}
-- => {"store":"oslo","provider":"card","window_start":"2026-01-05 09:00:00.000","window_end":"2026-01-05 09:01:00.000","failed":3}
