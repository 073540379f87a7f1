-- Nexmark q7 as a window join: the highest bids of each 10 s.
INSERT INTO out_q7
SELECT B.window_end, B.auction, B.price, B.bidder, B.`dateTime`, B.extra
FROM (
  SELECT auction, price, bidder, `dateTime`, extra, window_start, window_end
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
) AS B
JOIN (
  SELECT MAX(price) AS maxprice, window_start, window_end
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end
) AS M
ON B.window_start = M.window_start AND B.window_end = M.window_end AND B.price = M.maxprice;
