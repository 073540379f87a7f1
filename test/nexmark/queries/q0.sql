-- Nexmark q0: every bid as it is.
INSERT INTO out_q0
SELECT auction, bidder, price, `dateTime`, extra FROM bid;
