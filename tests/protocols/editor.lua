-- Neovim's own client against `deltagraph lsp`; writes what it saw as JSON lines to $SEEN.
local seen = assert(io.open(os.getenv('SEEN'), 'w'))
local function tell(name, value)
  seen:write(vim.fn.json_encode({ name, value }) .. '\n')
end

local function fail(message)
  tell('error', tostring(message))
  seen:close()
  vim.cmd('cquit')
end

local function main()
  vim.cmd('edit src/checkout.js')
  local client = vim.lsp.start_client({
    name = 'deltagraph',
    cmd = { os.getenv('DELTAGRAPH_PROGRAM'), 'lsp' },
    root_dir = vim.fn.getcwd(),
  })
  assert(client, 'the server did not start')
  vim.lsp.buf_attach_client(0, client)
  assert(vim.wait(60000, function()
    return vim.lsp.get_client_by_id(client).initialized
  end), 'the server was not initialised')

  local function ask(method, params)
    local answers, failure = vim.lsp.buf_request_sync(0, method, params, 60000)
    assert(answers, failure)
    assert(answers[client].error == nil, vim.inspect(answers[client].error))
    return answers[client].result
  end
  local function at(text)
    assert(vim.fn.search('\\V' .. text, 'w') > 0, text)
    return vim.lsp.util.make_position_params(0, vim.lsp.get_client_by_id(client).offset_encoding)
  end

  tell('definition', ask('textDocument/definition', at('pay(cart'))[1].range.start)
  tell('hover', ask('textDocument/hover', at('pay(cart')).contents.value)
  local item = ask('textDocument/prepareCallHierarchy', at('checkout('))[1]
  tell('callers', ask('callHierarchy/incomingCalls', { item = item })[1].from.name)

  -- As a person jumps.
  at('pay(cart')
  vim.lsp.buf.definition()
  assert(vim.wait(60000, function()
    return vim.fn.expand('%:t') == 'cart.js'
  end), 'the jump did not happen')
  tell('cursor', vim.api.nvim_win_get_cursor(0))

  -- An edit that is saved: the next question knows it.
  vim.cmd('edit src/shop.js')
  vim.lsp.buf_attach_client(0, client)
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '// moved down' })
  tell('unsaved', ask('textDocument/definition', at('checkout(items)'))[1].range.start)
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { 'export const again = () => order([]);' })
  vim.cmd('write')
  local references = at('order(items)')
  references.context = { includeDeclaration = false }
  tell('references', #ask('textDocument/references', references))

  vim.lsp.stop_client(client)
  assert(vim.wait(60000, function()
    return vim.lsp.get_client_by_id(client) == nil
  end), 'the server did not stop')
  tell('done', true)
  seen:close()
  vim.cmd('quitall!')
end

local fine, message = pcall(main)
if not fine then fail(message) end
