/**
 * The accounts of budgets as one Lua script, which Redis runs without anything in between: that is what keeps the sum of
 * spent and set aside below a hard limit, whoever else asks. Lua counts in doubles, so an amount is two integers that a
 * double holds exactly, as in the ledger file: whole units of the currency, and pico units from 0 to 1e12 - 1. The time is
 * that of Redis, so clocks of processes need not agree.
 *
 * KEYS[1] prefix with a hash tag: all keys lie in one slot · ARGV[1] operation · ARGV[2] its arguments as JSON
 *
 * account:<name> hash  currency cw cp (committed) rw rp (reserved) ms soft closed backing, gate: pid ptext pexp pdec ow op oms
 * reservation:<id> hash  names (JSON) w p (what is left of it) state (held, lost, freed, closed) expired slice
 * leases sorted set  reservation id by the time its lease ends · once:<id> string  what must not happen twice
 */
export const BUDGET_SCRIPT = `
local base, op, arg = KEYS[1], ARGV[1], cjson.decode(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local P = 1000000000000
local accounts, reservations = {}, {}

local function text(n) return string.format('%.0f', n) end
local function num(v) return tonumber(v or '0') or 0 end

local function add(aw, ap, bw, bp)
  local w, p = aw + bw, ap + bp
  if p >= P then return w + 1, p - P end
  return w, p
end
local function sub(aw, ap, bw, bp)
  local w, p = aw - bw, ap - bp
  if p < 0 then return w - 1, p + P end
  return w, p
end
local function above(aw, ap, bw, bp) return aw > bw or (aw == bw and ap > bp) end

local function account(name, currency)
  local known = accounts[name]
  if known then return known end
  local key = base .. 'account:' .. name
  local v = redis.call('HMGET', key, 'currency', 'cw', 'cp', 'rw', 'rp', 'ms', 'soft', 'closed', 'backing', 'pid', 'ptext', 'pexp', 'pdec', 'ow', 'op', 'oms')
  if not v[1] and not currency then return nil end
  local found = {
    name = name, key = key, currency = v[1] or currency, isNew = not v[1],
    cw = num(v[2]), cp = num(v[3]), rw = num(v[4]), rp = num(v[5]), ms = num(v[6]),
    soft = v[7] == '1', closed = v[8] == '1', backing = v[9] or nil,
    pid = v[10] or nil, ptext = v[11] or nil, pexp = num(v[12]), pdec = v[13] or nil,
    ow = v[14] or nil, op = v[15] or nil, oms = v[16] or nil,
  }
  accounts[name] = found
  return found
end

local function reservation(id)
  local known = reservations[id]
  if known then return known end
  local key = base .. 'reservation:' .. id
  local v = redis.call('HMGET', key, 'names', 'w', 'p', 'state', 'expired', 'slice')
  if not v[1] then return nil end
  local found = { id = id, key = key, names = cjson.decode(v[1]), w = num(v[2]), p = num(v[3]), state = v[4], expired = v[5], slice = v[6] or nil }
  reservations[id] = found
  return found
end

local function store()
  for _, a in pairs(accounts) do
    if a.dirty then
      redis.call('HSET', a.key, 'currency', a.currency, 'cw', text(a.cw), 'cp', text(a.cp), 'rw', text(a.rw), 'rp', text(a.rp),
        'ms', text(a.ms), 'soft', a.soft and '1' or '0', 'closed', a.closed and '1' or '0')
      if a.backing then redis.call('HSET', a.key, 'backing', a.backing) end
      redis.call('PEXPIRE', a.key, arg.keepMs)
    end
  end
  for _, r in pairs(reservations) do
    if r.gone then
      redis.call('DEL', r.key)
      redis.call('ZREM', base .. 'leases', r.id)
    elseif r.dirty then
      redis.call('HSET', r.key, 'names', cjson.encode(r.names), 'w', text(r.w), 'p', text(r.p), 'state', r.state, 'expired', r.expired)
      if r.slice then redis.call('HSET', r.key, 'slice', r.slice) end
      if r.state == 'held' then
        redis.call('PERSIST', r.key)
      else
        -- Kept for a while: a call that ends after its lease says what it cost all the same.
        redis.call('PEXPIRE', r.key, arg.lateMs)
        redis.call('ZREM', base .. 'leases', r.id)
      end
    end
  end
end

local function free(a, w, p)
  a.rw, a.rp = sub(a.rw, a.rp, w, p)
  a.dirty = true
end

local trim
local function spend(a, w, p)
  a.cw, a.cp = add(a.cw, a.cp, w, p)
  a.dirty = true
  local r = a.backing and reservation(a.backing)
  if not r then return end
  local tw, tp = w, p
  if above(w, p, r.w, r.p) then tw, tp = r.w, r.p end
  r.w, r.p = sub(r.w, r.p, tw, tp)
  r.dirty = true
  for _, name in ipairs(r.names) do
    local around = account(name)
    if around then
      free(around, tw, tp)
      spend(around, w, p)
    end
  end
  if a.closed then trim(a) end
end

-- Frees what a closed slice keeps above what its calls under way may still need.
trim = function(a)
  local r = a.backing and reservation(a.backing)
  if not r or not above(r.w, r.p, a.rw, a.rp) then return end
  local fw, fp = sub(r.w, r.p, a.rw, a.rp)
  r.w, r.p, r.dirty = a.rw, a.rp, true
  for _, name in ipairs(r.names) do
    local around = account(name)
    if around then
      free(around, fw, fp)
      if around.closed then trim(around) end
    end
  end
end

-- What was counted for a lost call was its worst case; this brings it to what it cost.
local function correct(a, w, p, countedW, countedP)
  a.cw, a.cp = sub(a.cw, a.cp, countedW, countedP)
  a.cw, a.cp = add(a.cw, a.cp, w, p)
  a.dirty = true
  local r = a.backing and reservation(a.backing)
  if not r then return end
  for _, name in ipairs(r.names) do
    local around = account(name)
    if around then correct(around, w, p, countedW, countedP) end
  end
end

local function close(r)
  local a = r.slice and account(r.slice)
  r.state, r.dirty = 'closed', true
  if a then
    a.closed, a.dirty = true, true
    trim(a)
  end
end

-- Processes that died leave leases that end. Bounded, so that no call waits long for others.
local function expire()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', base .. 'leases', '-inf', now, 'LIMIT', 0, 100)) do
    local r = reservation(id)
    if not r then
      redis.call('ZREM', base .. 'leases', id)
    elseif r.slice then
      close(r)
    else
      local w, p = r.w, r.p
      for _, name in ipairs(r.names) do
        local a = account(name)
        if a then
          free(a, w, p)
          if r.expired == 'count' then spend(a, w, p) elseif a.closed then trim(a) end
        end
      end
      r.state, r.dirty = r.expired == 'count' and 'lost' or 'freed', true
    end
  end
end

local function state(a)
  return { currency = a.currency, cw = text(a.cw), cp = text(a.cp), rw = text(a.rw), rp = text(a.rp), ms = text(a.ms) }
end
local function states(names)
  local list = {}
  for i, name in ipairs(names) do
    local a = account(name)
    list[i] = a and state(a) or { currency = '', cw = '0', cp = '0', rw = '0', rp = '0', ms = '0' }
  end
  return list
end

-- Claims and watched claims, one after the other.
local function both(claims, watched)
  local all = {}
  for _, c in ipairs(claims) do all[#all + 1] = c end
  for _, c in ipairs(watched) do all[#all + 1] = c end
  return all
end
local function withWatched(names)
  local all = {}
  for _, name in ipairs(names) do all[#all + 1] = name end
  for _, c in ipairs(arg.watched) do all[#all + 1] = c.account end
  return all
end

local function softened(claims)
  local names = {}
  for _, c in ipairs(claims) do
    local a = account(c.account)
    if a and not a.soft then
      local money = c.softW and not above(num(c.softW), num(c.softP), a.cw, a.cp)
      local worked = c.softMs and a.ms + c.openMs >= c.softMs
      if money or worked then
        a.soft, a.dirty = true, true
        names[#names + 1] = a.name
      end
    end
  end
  return names
end

local function refusal(c, w, p)
  local a = account(c.account, c.currency)
  local function refuse(reason) return { kind = 'refused', account = c.account, reason = reason, state = state(a) } end
  if a.currency ~= c.currency then return refuse('currency') end
  if a.closed then return refuse('closed') end
  local tw, tp = add(a.cw, a.cp, a.rw, a.rp)
  tw, tp = add(tw, tp, w, p)
  local ms = a.ms + c.openMs
  if c.hardW and above(tw, tp, num(c.hardW), num(c.hardP)) then return refuse('money') end
  if c.hardMs and ms >= c.hardMs then return refuse('time') end
  local unit
  if c.gateW and a.ow ~= 'all' then
    local gw, gp = num(c.gateW), num(c.gateP)
    if a.ow and above(num(a.ow), num(a.op), gw, gp) then gw, gp = num(a.ow), num(a.op) end
    if above(tw, tp, gw, gp) then unit = 'money' end
  end
  if not unit and c.gateMs and a.oms ~= 'all' and ms > math.max(c.gateMs, num(a.oms)) then unit = 'time' end
  if not unit then return nil end
  -- Kept although nothing is spent: the request that follows waits at it.
  a.dirty = true
  if a.pdec == 'denied' then return refuse('denied') end
  if not a.pid or a.pdec == 'granted' then return { kind = 'gate', account = c.account, unit = unit, state = state(a) } end
  if now >= a.pexp then return refuse('approval-timeout') end
  return { kind = 'gate', account = c.account, unit = unit, state = state(a), pending = { id = a.pid, text = a.ptext, expiresAtMs = a.pexp } }
end

local function reserve()
  local w, p = num(arg.w), num(arg.p)
  for _, c in ipairs(arg.claims) do
    local refused = refusal(c, w, p)
    if refused then return refused end
  end
  for _, c in ipairs(arg.watched) do
    local refused = refusal(c, 0, 0)
    if refused then return refused end
  end
  local names = {}
  for i, c in ipairs(arg.claims) do
    local a = account(c.account, c.currency)
    a.rw, a.rp = add(a.rw, a.rp, w, p)
    a.dirty = true
    names[i] = c.account
  end
  reservations[arg.id] = { id = arg.id, key = base .. 'reservation:' .. arg.id, names = names, w = w, p = p, state = 'held', expired = arg.expired, slice = arg.slice, dirty = true }
  redis.call('ZADD', base .. 'leases', now + arg.leaseMs, arg.id)
  if arg.slice then
    local a = account(arg.slice, arg.claims[1].currency)
    a.backing, a.dirty = arg.id, true
  end
  return { kind = 'reserved', softened = softened(arg.claims), states = states(names) }
end

local function settle()
  local r = reservation(arg.id)
  if not r then return { states = {}, softened = {} } end
  local w, p = num(arg.w), num(arg.p)
  for _, name in ipairs(r.names) do
    local a = account(name)
    if a then
      if r.state == 'lost' then correct(a, w, p, r.w, r.p)
      elseif r.state == 'freed' then spend(a, w, p)
      else
        free(a, r.w, r.p)
        spend(a, w, p)
      end
    end
  end
  r.gone = true
  return { softened = softened(both(arg.claims, arg.watched)), states = states(withWatched(r.names)) }
end

local function once(id) return redis.call('SET', base .. 'once:' .. id, '1', 'NX', 'PX', arg.lateMs) end

local function charge()
  if not once(arg.id) then return { states = {}, softened = {} } end
  local names = {}
  for i, c in ipairs(arg.claims) do
    spend(account(c.account, c.currency), num(arg.w), num(arg.p))
    names[i] = c.account
  end
  return { softened = softened(both(arg.claims, arg.watched)), states = states(withWatched(names)) }
end

local function decide()
  local a = account(arg.account)
  if not a or a.pid ~= arg.approvalId then return 'unknown' end
  if a.pdec then return a.pdec == arg.kind and 'repeated' or 'decided-otherwise' end
  if now >= a.pexp then return 'expired' end
  redis.call('HSET', a.key, 'pdec', arg.kind)
  if arg.kind == 'granted' then
    redis.call('HSET', a.key, 'ow', arg.w or 'all', 'op', arg.p or '0', 'oms', arg.upToMs and text(arg.upToMs) or 'all')
  end
  return 'done'
end

local function openGate()
  local a = account(arg.account)
  local own = { id = arg.id, text = arg.text, expiresAtMs = arg.expiresAtMs }
  if not a then return own end
  if a.pid and not a.pdec and now < a.pexp then return { id = a.pid, text = a.ptext, expiresAtMs = a.pexp } end
  redis.call('HSET', a.key, 'pid', arg.id, 'ptext', arg.text, 'pexp', text(arg.expiresAtMs))
  redis.call('HDEL', a.key, 'pdec')
  return own
end

local result
expire()
if op == 'reserve' then result = reserve()
elseif op == 'settle' then result = settle()
elseif op == 'charge' then result = charge()
elseif op == 'addTime' then
  local a = account(arg.account)
  if a and once(arg.id) then a.ms, a.dirty = a.ms + arg.elapsedMs, true end
  result = {}
elseif op == 'closeSlice' then
  local r = reservation(arg.id)
  result = { states = {}, softened = {} }
  if r and r.state == 'held' then
    close(r)
    result.states = states(r.names)
  end
elseif op == 'state' then
  local a = account(arg.account)
  result = a and state(a) or {}
elseif op == 'openGate' then result = openGate()
elseif op == 'decide' then result = { answer = decide() }
elseif op == 'decision' then
  local a = account(arg.account)
  if not a or a.pid ~= arg.approvalId then result = { answer = 'unknown' }
  else result = { answer = a.pdec or (now >= a.pexp and 'denied' or 'pending') } end
elseif op == 'renew' then
  for _, id in ipairs(arg.ids) do redis.call('ZADD', base .. 'leases', 'XX', now + arg.leaseMs, id) end
  result = {}
end
store()
return cjson.encode(result)
`;
