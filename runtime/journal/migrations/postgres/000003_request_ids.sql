-- To the request that brought a command its refusal is final: another one may have it decided anew.
ALTER TABLE mailbox ADD COLUMN request_id text COLLATE "C";
