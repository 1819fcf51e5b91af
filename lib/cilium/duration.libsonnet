// Durations as Go writes them: '30s', '1h30m', '0s'.
local k = import 'kube.libsonnet';

local units = ['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'];

local isNumber(word) = word != '.' && std.length(std.findSubstr('.', word)) < 2;
local isDigit(char) = char >= '0' && char <= '9' || char == '.';

// '1.5h10m' → true: a number and a unit, as often as one likes.
local isDuration(text) =
  local body = if std.length(text) > 0 && (text[0] == '-' || text[0] == '+') then text[1:] else text;
  local chars = std.stringChars(body);
  local last = std.length(chars) - 1;
  // Where a number begins, after a unit or at the start, and where its unit does.
  local numbers = [at for at in std.range(0, last) if isDigit(chars[at]) && (at == 0 || !isDigit(chars[at - 1]))];
  local unitAfter(at) = [to for to in std.range(at, last) if !isDigit(chars[to])];
  local isPart(index) =
    local from = numbers[index];
    local to = if index + 1 < std.length(numbers) then numbers[index + 1] else last + 1;
    local unit = unitAfter(from);
    unit != [] && std.member(units, body[unit[0]:to]) && isNumber(body[from:unit[0]]);
  body == '0'
  || numbers != [] && numbers[0] == 0 && std.all([isPart(index) for index in std.range(0, std.length(numbers) - 1)]);

{
  isDuration:: isDuration,

  // A duration that is always written: nothing means no time at all.
  text(value):: if value == null || value == '' then '0s' else k.text(value),

  // Is there any time in it?
  isSet(value):: k.isSet(value) && std.length([char for char in std.stringChars(value) if char >= '1' && char <= '9']) > 0,

  // One that is written only if it is given.
  given(value):: if k.isSet(value) then k.text(value),
}
