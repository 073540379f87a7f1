-- Nexmark q1: prices in another currency.
INSERT INTO out_q1
SELECT auction, bidder, 0.908 * price AS price, `dateTime`, extra FROM bid;
