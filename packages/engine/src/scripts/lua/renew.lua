-- Renews the claims of running jobs. Runs after claims.lua.
--
-- KEYS     for each job: its claim, the claim's owner
-- ARGV[1]  a claim's lifetime in milliseconds
-- ARGV[2…] for each job: its id
for i = 2, #ARGV do
  renewClaim(KEYS[2 * i - 3], KEYS[2 * i - 2], ARGV[i], ARGV[1])
end
