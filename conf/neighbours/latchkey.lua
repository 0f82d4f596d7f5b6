-- Asks latchkey whether a request may pass and whose it is: docs/forward-auth.md.
--
--     http-request lua.latchkey URL FIELD,FIELD
--
-- A request that may not pass is answered with what latchkey says. Of one that may, the fields are
-- replaced by what latchkey says of who asks; one that it leaves empty is gone. Where nothing can be
-- asked the answer is 503.

-- Between two connections only, or about the body, which is not sent along; and what tells of the
-- request, which is said here.
local not_sent = {
    ["connection"] = true, ["keep-alive"] = true, ["proxy-connection"] = true, ["te"] = true,
    ["trailer"] = true, ["transfer-encoding"] = true, ["content-length"] = true, ["expect"] = true,
    ["upgrade"] = true, ["host"] = true,
    ["x-original-method"] = true, ["x-original-uri"] = true, ["x-original-url"] = true,
    ["x-forwarded-method"] = true, ["x-forwarded-uri"] = true, ["x-forwarded-host"] = true,
    ["x-forwarded-proto"] = true, ["x-forwarded-for"] = true,
}

-- As a server has it that hands fields to programs as variables.
local function fold(name)
    return (name:lower():gsub("[^a-z0-9]", "_"))
end

local function values_of(field)
    local all = {}
    for _, value in pairs(field) do
        all[#all + 1] = value
    end
    return all
end

-- More than its own bound (tune.http.maxhdr, 101) end HAProxy 2.6 where it asks: 90, and those that
-- are said here.
local most_lines = 90

-- What Connection names is dropped by whoever comes next: the fields that say who asks must not be.
local function takes_away(connection, names)
    for _, value in pairs(connection or {}) do
        for one in value:gmatch("[^,%s]+") do
            for name in names:gmatch("[^,]+") do
                if fold(one) == fold(name) then
                    return true
                end
            end
        end
    end
    return false
end

local function refuse(txn, status, fields, body)
    local reply = txn:reply()
    reply:set_status(status)
    for name, values in pairs(fields) do
        for _, value in pairs(values) do
            reply:add_header(name, value)
        end
    end
    reply:set_body(body)
    txn:done(reply)
end

local passed_on = {
    ["content-type"] = true, ["www-authenticate"] = true, ["retry-after"] = true,
    ["cache-control"] = true, ["vary"] = true, ["ratelimit"] = true, ["ratelimit-policy"] = true,
    ["access-control-allow-origin"] = true, ["access-control-allow-credentials"] = true,
    ["access-control-expose-headers"] = true,
}

local function check(txn, url, names)
    local sent = {}
    local given = txn.http:req_get_headers()
    local lines = 0
    for name, field in pairs(given) do
        if not not_sent[name:lower()] then
            sent[name] = values_of(field)
            lines = lines + #sent[name]
        end
    end
    if lines > most_lines then
        return refuse(txn, 431, {}, "")
    end
    if takes_away(given["connection"], names) then
        return refuse(txn, 400, {}, "")
    end
    local host = txn.sf:req_fhdr("host")
    sent["x-original-method"] = { txn.sf:method() }
    -- As it was sent, which is what the server is sent, too.
    sent["x-original-uri"] = { txn.sf:pathq() }
    sent["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" }
    sent["x-forwarded-for"] = { txn.sf:src() }
    if host ~= "" then
        sent["x-forwarded-host"] = { host }
    end

    local answer = core.httpclient():get({ url = url, headers = sent })
    local status = answer and tonumber(answer.status) or 0
    if status >= 400 and status < 600 then
        local fields = {}
        for name, values in pairs(answer.headers or {}) do
            if passed_on[name:lower()] then
                fields[name] = values
            end
        end
        return refuse(txn, status, fields, answer.body or "")
    end
    if status ~= 200 then
        return refuse(txn, 503, { ["retry-after"] = { "1" } }, "")
    end

    local told = {}
    for name, values in pairs(answer.headers or {}) do
        for _, value in pairs(values) do
            told[name:lower()] = value
        end
    end
    for name in names:gmatch("[^,]+") do
        for field in pairs(given) do
            if fold(field) == fold(name) then
                txn.http:req_del_header(field)
            end
        end
        local value = told[name:lower()]
        if value and value ~= "" then
            txn.http:req_set_header(name, value)
        end
    end
end

core.register_action("latchkey", { "http-req" }, check, 2)
