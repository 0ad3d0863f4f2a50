using Netcd.Base.GoSyntax;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>Reads quoted texts and words one after the other, blanks between them, as Go's Sscanf does.</summary>
internal sealed class TxnScanner(string text)
{
    private int _position;

    /// <summary>The word that was read last.</summary>
    public string Word { get; private set; } = "";

    public bool TryReadQuoted(out byte[] value)
    {
        SkipBlanks();
        if (!GoText.TryUnquote(text.AsSpan(_position), out var length, out value))
        {
            return false;
        }

        _position += length;
        return true;
    }

    public bool TryRead(char expected)
    {
        if (_position >= text.Length || text[_position] != expected)
        {
            return false;
        }

        _position++;
        return true;
    }

    public bool TryReadBlanks()
    {
        var start = _position;
        SkipBlanks();
        return _position > start;
    }

    public bool TryReadWord()
    {
        SkipBlanks();
        var start = _position;
        while (_position < text.Length && !char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        Word = text[start.._position];
        return Word.Length > 0;
    }

    private void SkipBlanks()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }
    }
}
