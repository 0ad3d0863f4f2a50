using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Netcd.Offline.Dump;

/// <summary>One JSON object on one line.</summary>
internal sealed class JsonLine
{
    private readonly StringBuilder _text = new("{");

    internal JsonLine Add(string name, string value)
    {
        Name(name).Append('"');
        _text.Append(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)).Append('"');
        return this;
    }

    internal JsonLine Add(string name, long value)
    {
        Name(name).Append(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    internal JsonLine Add(string name, ulong value)
    {
        Name(name).Append(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    public override string ToString() => _text + "}";

    private StringBuilder Name(string name)
    {
        if (_text.Length > 1)
        {
            _text.Append(',');
        }

        return _text.Append('"').Append(name).Append("\":");
    }
}
