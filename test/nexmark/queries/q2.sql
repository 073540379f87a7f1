-- Nexmark q2: the bids of some auctions.
INSERT INTO out_q2
SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;
