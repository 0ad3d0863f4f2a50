using System.Globalization;
using System.Text;

namespace Netcd.CommandLine.Output;

/// <summary>
/// JSON in one line as Go's encoding/json writes it: no blanks, &lt;, &gt; and &amp; escaped, bytes in base64.
/// Members and elements are separated by themselves.
/// </summary>
public sealed class GoJsonWriter
{
    private readonly StringBuilder _text = new();
    private bool _needsComma;

    public override string ToString() => _text.ToString();

    public GoJsonWriter BeginObject() => Begin('{');

    public GoJsonWriter EndObject() => End('}');

    public GoJsonWriter BeginArray() => Begin('[');

    public GoJsonWriter EndArray() => End(']');

    public GoJsonWriter Name(string name)
    {
        String(name);
        _text.Append(':');
        _needsComma = false;
        return this;
    }

    public GoJsonWriter String(string value)
    {
        Separate();
        _text.Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            Append(rune);
        }

        _text.Append('"');
        return this;
    }

    /// <summary>A Go string of these bytes: what is not UTF-8 becomes U+FFFD, escaped.</summary>
    public GoJsonWriter String(ReadOnlySpan<byte> value)
    {
        Separate();
        _text.Append('"');
        while (!value.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(value, out var rune, out var length);
            if (status == System.Buffers.OperationStatus.Done)
            {
                Append(rune);
                value = value[length..];
            }
            else
            {
                _text.Append("\\ufffd");
                value = value[1..];
            }
        }

        _text.Append('"');
        return this;
    }

    public GoJsonWriter Number(long value)
    {
        Separate();
        _text.Append(value);
        return this;
    }

    public GoJsonWriter Number(ulong value)
    {
        Separate();
        _text.Append(value);
        return this;
    }

    public GoJsonWriter Bool(bool value)
    {
        Separate();
        _text.Append(value ? "true" : "false");
        return this;
    }

    public GoJsonWriter Null()
    {
        Separate();
        _text.Append("null");
        return this;
    }

    public GoJsonWriter Base64(ReadOnlySpan<byte> value)
    {
        Separate();
        _text.Append('"').Append(Convert.ToBase64String(value)).Append('"');
        return this;
    }

    private GoJsonWriter Begin(char bracket)
    {
        Separate();
        _text.Append(bracket);
        _needsComma = false;
        return this;
    }

    private GoJsonWriter End(char bracket)
    {
        _text.Append(bracket);
        _needsComma = true;
        return this;
    }

    private void Separate()
    {
        if (_needsComma)
        {
            _text.Append(',');
        }

        _needsComma = true;
    }

    private void Append(Rune rune)
    {
        switch (rune.Value)
        {
            case '"' or '\\':
                _text.Append('\\').Append((char)rune.Value);
                break;
            case '\n':
                _text.Append("\\n");
                break;
            case '\r':
                _text.Append("\\r");
                break;
            case '\t':
                _text.Append("\\t");
                break;
            case '\b':
                _text.Append("\\b");
                break;
            case '\f':
                _text.Append("\\f");
                break;
            case < 0x20 or '<' or '>' or '&' or 0x2028 or 0x2029:
                _text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                break;
            default:
                _text.Append(rune.ToString());
                break;
        }
    }
}
