using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Netcd.Base;
using Netcd.Base.GoSyntax;

namespace Netcd.Api.Gateway.Json;

/// <summary>
/// Walks the tokens of one JSON value that <see cref="GoJsonScanner"/> found well formed, as protojson's own decoder
/// does (internal/encoding/json): it is stricter about text, which must be UTF-8 without half surrogates.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct GoJsonText(ReadOnlySpan<byte> value)
{
    private static readonly SearchValues<byte> EndsOfLiteral = SearchValues.Create(" \t\r\n,:]}"u8);
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private readonly ReadOnlySpan<byte> _value = value;
    private int _next;
    private byte[]? _unescaped;

    /// <summary>Where the current token begins.</summary>
    public int Start { readonly get; private set; }

    /// <summary>Its first byte, which tells what it is; 0 at the end.</summary>
    public byte First { readonly get; private set; }

    /// <summary>The current token as it is written.</summary>
    public readonly ReadOnlySpan<byte> Raw => _value[Start.._next];

    /// <summary>The current text without quotes and escapes; valid until the next token.</summary>
    public ReadOnlySpan<byte> Text { readonly get; private set; }

    /// <summary>What is wrong with the current token, in Go's words after "proto: "; null for nothing.</summary>
    public string? Problem { readonly get; private set; }

    /// <summary>Goes to the next token; commas and colons are none. False: there is a problem.</summary>
    public bool TryRead()
    {
        First = Peek();
        Start = _next;
        if (_next == _value.Length)
        {
            return true;
        }

        _next++;
        switch (First)
        {
            case (byte)'{' or (byte)'}' or (byte)'[' or (byte)']':
                return true;
            case (byte)'"':
                return TryReadText();
            default:
                var end = _value[_next..].IndexOfAny(EndsOfLiteral);
                _next = end < 0 ? _value.Length : _next + end;
                return true;
        }
    }

    /// <summary>The first byte of the next token, 0 at the end.</summary>
    public byte Peek()
    {
        while (_next < _value.Length && _value[_next] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'
            or (byte)',' or (byte)':')
        {
            _next++;
        }

        return _next == _value.Length ? (byte)0 : _value[_next];
    }

    /// <summary>Passes over the value that comes next, whatever it holds.</summary>
    public bool TrySkip()
    {
        var open = 0;
        do
        {
            if (!TryRead())
            {
                return false;
            }

            open += First is (byte)'{' or (byte)'[' ? 1 : First is (byte)'}' or (byte)']' ? -1 : 0;
        }
        while (open > 0);
        return true;
    }

    /// <summary>The problem of the current token's place, with line and column as Go counts them.</summary>
    public readonly string At(string kind, string problem) => At(kind, Start, problem);

    /// <summary>Gives back what was borrowed.</summary>
    public readonly void Release()
    {
        if (_unescaped is not null)
        {
            BodyArrays.Return(_unescaped);
        }
    }

    private readonly string At(string kind, int position, string problem)
    {
        var before = _value[..position];
        var line = before.Count((byte)'\n') + 1;
        var column = CountRunes(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return $"{kind}(line {line}:{column}): {problem}";
    }

    // As utf8.RuneCount: each byte that is not UTF-8 counts.
    private static int CountRunes(ReadOnlySpan<byte> text)
    {
        var count = 0;
        while (!text.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(text, out _, out var length);
            text = text[(status == OperationStatus.Done ? length : 1)..];
            count++;
        }

        return count;
    }

    private bool TryReadText()
    {
        var rest = _value[_next..];
        var stop = rest.IndexOfAny((byte)'"', (byte)'\\');
        Invariant.Check(stop >= 0);
        if (rest[stop] == '"')
        {
            Text = rest[..stop];
            _next += stop + 1;
            return Utf8.IsValid(Text) || Fail("invalid UTF-8 in string");
        }

        var end = stop;
        while (rest[end] != '"')
        {
            end += rest[end] == '\\' ? 2 : 1;
        }

        return TryUnescape(rest[..end], end + 1);
    }

    private bool TryUnescape(ReadOnlySpan<byte> text, int used)
    {
        if (_unescaped is null || _unescaped.Length < text.Length)
        {
            Release();
            _unescaped = BodyArrays.Take(text.Length);
        }

        var written = 0;
        var rest = text;
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOf((byte)'\\');
            plain = plain < 0 ? rest.Length : plain;

            // Problems are told in the order of the text.
            if (!Utf8.IsValid(rest[..plain]))
            {
                return Fail("invalid UTF-8 in string");
            }

            rest[..plain].CopyTo(_unescaped.AsSpan(written));
            written += plain;
            rest = rest[plain..];
            if (rest.IsEmpty)
            {
                break;
            }

            if (!TryEscape(ref rest, ref written))
            {
                return false;
            }
        }

        Text = _unescaped.AsSpan(0, written);
        _next += used;
        return true;
    }

    private bool TryEscape(ref ReadOnlySpan<byte> rest, scoped ref int written)
    {
        Span<byte> output = _unescaped.AsSpan(written);
        if (rest[1] != 'u')
        {
            output[0] = rest[1] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var itself => itself,
            };
            written++;
            rest = rest[2..];
            return true;
        }

        var unit = Hex(rest[2..6]);
        rest = rest[6..];
        Rune rune;
        if (char.IsSurrogate(unit))
        {
            // The decoder looks for the other half in all that follows, the closing quote included.
            if (_value.Length - IndexOf(rest) < 6)
            {
                Problem = "unexpected EOF";
                return false;
            }

            var pair = _value.Slice(IndexOf(rest), 6);
            var isPair = pair[0] == '\\' && pair[1] == 'u' && !pair[2..].ContainsAnyExcept(HexDigits);
            if (!isPair || !Rune.TryCreate(unit, Hex(pair[2..]), out rune))
            {
                return Fail($"invalid escape code {GoText.Quote(pair)} in string");
            }

            rest = rest[6..];
        }
        else
        {
            rune = new Rune(unit);
        }

        written += rune.EncodeToUtf8(output);
        return true;
    }

    private static char Hex(ReadOnlySpan<byte> digits)
    {
        var unit = 0;
        foreach (var digit in digits)
        {
            unit = (unit << 4) | (char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return (char)unit;
    }

    // The place of a part of the text that reaches up to its closing quote: the quote is the first byte behind it.
    private readonly int IndexOf(ReadOnlySpan<byte> rest) => TextEnd() - rest.Length;

    private readonly int TextEnd()
    {
        var end = Start + 1;
        while (_value[end] != '"')
        {
            end += _value[end] == '\\' ? 2 : 1;
        }

        return end;
    }

    private bool Fail(string problem)
    {
        Problem = At("syntax error ", problem);
        return false;
    }
}
