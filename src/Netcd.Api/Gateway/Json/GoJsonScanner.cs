using System.Buffers;
using System.Runtime.InteropServices;
using Netcd.Base.GoSyntax;

namespace Netcd.Api.Gateway.Json;

/// <summary>
/// Finds the end of the next JSON value in bytes that arrive in pieces, and says what Go's encoding/json says about
/// bytes that are none (scanner.go, stream.go). It remembers where it stopped, so a value is walked once however many
/// pieces it comes in.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct GoJsonScanner
{
    /// <summary>encoding/json, maxNestingDepth.</summary>
    private const int DepthMax = 10_000;

    private const byte InKey = 0;
    private const byte InValue = 1;
    private const byte InArray = 2;

    private static readonly SearchValues<byte> EndsOfText = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    private byte[]? _containers;
    private int _depth;
    private Step _step;

    // The literal being read, and how much of it was seen.
    private string _literal;
    private int _seen;

    private enum Step
    {
        BeginValue,
        BeginValueOrEmpty,
        BeginNameOrEmpty,
        BeginName,
        EndValue,
        Text,
        Escape,
        EscapeU,
        Minus,
        Zero,
        Digits,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
        Literal,
    }

    /// <summary>Whether anything but space was seen of the value.</summary>
    public bool HasBegun { readonly get; private set; }

    /// <summary>What is wrong, in Go's words; null while nothing is.</summary>
    public string? Problem { readonly get; private set; }

    /// <summary>
    /// Looks at the next bytes. True: the value ends before <paramref name="used"/>. False: it goes on, or
    /// <see cref="Problem"/> is set.
    /// </summary>
    public bool TryEnd(ReadOnlySpan<byte> input, out int used)
    {
        for (var i = 0; i < input.Length; i++)
        {
            if (_step == Step.Text)
            {
                var stop = input[i..].IndexOfAny(EndsOfText);
                if (stop < 0)
                {
                    break;
                }

                i += stop;
            }

            var c = input[i];
            var isInside = _depth > 0;
            if (TryAdvance(c))
            {
                // A bracket is part of what it ends; what comes after a number is not.
                used = isInside ? i + 1 : i;
                return true;
            }

            if (Problem is not null)
            {
                used = i;
                return false;
            }
        }

        used = input.Length;
        return false;
    }

    /// <summary>
    /// No more bytes come. True: the value ends here. False with no <see cref="Problem"/>: there was none.
    /// </summary>
    public bool TryFinish()
    {
        if (!HasBegun)
        {
            return false;
        }

        if (TryAdvance((byte)' '))
        {
            return true;
        }

        Problem = "unexpected EOF";
        return false;
    }

    private static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';

    private static bool IsHex(byte c) => char.IsAsciiHexDigit((char)c);

    /// <summary>True when the value is complete.</summary>
    private bool TryAdvance(byte c)
    {
        switch (_step)
        {
            case Step.BeginValue or Step.BeginValueOrEmpty or Step.BeginNameOrEmpty or Step.BeginName or Step.EndValue
                when IsSpace(c):
                // Only what stands alone is ended by a space.
                return _step == Step.EndValue && _depth == 0;
            case Step.BeginValueOrEmpty when c == ']':
                return EndValue(c);
            case Step.BeginValue or Step.BeginValueOrEmpty:
                BeginValue(c);
                return false;
            case Step.BeginNameOrEmpty when c == '}':
                _containers![_depth - 1] = InValue; // Not null: we are inside an object.
                return EndValue(c);
            case Step.BeginNameOrEmpty or Step.BeginName:
                Expect(c == '"', c, Step.Text, "looking for beginning of object key string");
                return false;
            case Step.EndValue:
                return EndValue(c);
            case Step.Text or Step.Escape or Step.EscapeU:
                AdvanceText(c);
                return false;
            case Step.Literal:
                AdvanceLiteral(c);
                return false;
            default:
                return AdvanceNumber(c);
        }
    }

    private void BeginValue(byte c)
    {
        HasBegun = true;
        switch (c)
        {
            case (byte)'{':
                Open(c, InKey, Step.BeginNameOrEmpty);
                break;
            case (byte)'[':
                Open(c, InArray, Step.BeginValueOrEmpty);
                break;
            case (byte)'"':
                _step = Step.Text;
                break;
            case (byte)'-':
                _step = Step.Minus;
                break;
            case (byte)'0':
                _step = Step.Zero;
                break;
            case (byte)'t' or (byte)'f' or (byte)'n':
                _literal = c == 't' ? "true" : c == 'f' ? "false" : "null";
                _seen = 1;
                _step = Step.Literal;
                break;
            default:
                Expect(IsDigit(c), c, Step.Digits, "looking for beginning of value");
                break;
        }
    }

    private void Open(byte c, byte container, Step next)
    {
        if (_depth == DepthMax)
        {
            Fail(c, "exceeded max depth");
            return;
        }

        _containers ??= new byte[16];
        if (_depth == _containers.Length)
        {
            Array.Resize(ref _containers, _depth * 2);
        }

        _containers[_depth++] = container;
        _step = next;
    }

    private bool EndValue(byte c)
    {
        if (_depth == 0)
        {
            return true;
        }

        ref var container = ref _containers![_depth - 1]; // Not null: we are inside something.
        switch (container)
        {
            case InKey when c == ':':
                container = InValue;
                _step = Step.BeginValue;
                return false;
            case InKey:
                Fail(c, "after object key");
                return false;
            case InValue when c == ',':
                container = InKey;
                _step = Step.BeginName;
                return false;
            case InArray when c == ',':
                _step = Step.BeginValue;
                return false;
            case InValue when c == '}':
            case InArray when c == ']':
                _depth--;
                _step = Step.EndValue;
                return _depth == 0;
            default:
                Fail(c, container == InValue ? "after object key:value pair" : "after array element");
                return false;
        }
    }

    private void AdvanceText(byte c)
    {
        switch (_step)
        {
            case Step.Text when c == '"':
                _step = Step.EndValue;
                break;
            case Step.Text when c == '\\':
                _step = Step.Escape;
                break;
            case Step.Text:
                Expect(c >= 0x20, c, Step.Text, "in string literal");
                break;
            case Step.Escape when c == 'u':
                _seen = 0;
                _step = Step.EscapeU;
                break;
            case Step.Escape:
                Expect("bfnrt\\/\""u8.Contains(c), c, Step.Text, "in string escape code");
                break;
            default:
                Expect(IsHex(c), c, ++_seen == 4 ? Step.Text : Step.EscapeU, "in \\u hexadecimal character escape");
                break;
        }
    }

    private void AdvanceLiteral(byte c)
    {
        var expected = _literal[_seen];
        var next = ++_seen == _literal.Length ? Step.EndValue : Step.Literal;
        if (c == expected)
        {
            _step = next;
            return;
        }

        Fail(c, $"in literal {_literal} (expecting '{expected}')");
    }

    private bool AdvanceNumber(byte c)
    {
        switch (_step)
        {
            case Step.Minus:
                Expect(IsDigit(c), c, c == '0' ? Step.Zero : Step.Digits, "in numeric literal");
                return false;
            case Step.Point:
                Expect(IsDigit(c), c, Step.Fraction, "after decimal point in numeric literal");
                return false;
            case Step.Exponent when c is (byte)'+' or (byte)'-':
                _step = Step.ExponentSign;
                return false;
            case Step.Exponent or Step.ExponentSign:
                Expect(IsDigit(c), c, Step.ExponentDigits, "in exponent of numeric literal");
                return false;
            case Step.Digits or Step.Fraction or Step.ExponentDigits when IsDigit(c):
                return false;
            case Step.Zero or Step.Digits when c == '.':
                _step = Step.Point;
                return false;
            case Step.Zero or Step.Digits or Step.Fraction when c is (byte)'e' or (byte)'E':
                _step = Step.Exponent;
                return false;
            default:
                _step = Step.EndValue;
                return IsSpace(c) ? _depth == 0 : EndValue(c);
        }
    }

    private void Expect(bool isRight, byte c, Step next, string context)
    {
        if (isRight)
        {
            _step = next;
        }
        else
        {
            Fail(c, context);
        }
    }

    private void Fail(byte c, string context)
    {
        var quoted = c switch
        {
            (byte)'\'' => "'\\''",
            (byte)'"' => "'\"'",
            _ => $"'{GoText.Quote(((char)c).ToString())[1..^1]}'",
        };
        Problem = $"invalid character {quoted} {context}";
    }
}
