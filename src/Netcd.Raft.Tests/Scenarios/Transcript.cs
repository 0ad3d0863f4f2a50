using System.Text;

namespace Netcd.Raft.Tests.Scenarios;

/// <summary>What a command printed, log lines of the members included.</summary>
internal sealed class Transcript : IRaftLogger
{
    private static readonly string[] LevelNames = ["DEBUG", "INFO", "WARN", "ERROR"];

    private StringBuilder _text = new();

    /// <summary>Lines below this level are left out; at 4 and above everything is.</summary>
    public int Level { get; set; }

    public bool IsQuiet => Level >= 5;

    public int Length => _text.Length;

    public static int ParseLevel(string name) =>
        Array.IndexOf(["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE"], name.ToUpperInvariant());

    public bool IsEnabled(RaftLogLevel level) => Level <= (int)level;

    public void Log(RaftLogLevel level, string message) => Write($"{LevelNames[(int)level]} {message}\n");

    public void Write(string text)
    {
        if (!IsQuiet)
        {
            _text.Append(text);
        }
    }

    /// <summary>Runs something whose lines are indented by two.</summary>
    public void Indent(Action action)
    {
        var outer = _text;
        _text = new StringBuilder();
        action();
        var inner = _text.ToString();
        _text = outer;
        foreach (var line in inner.TrimEnd('\n').Split('\n'))
        {
            _text.Append(inner.Length == 0 ? string.Empty : $"  {line}\n");
        }
    }

    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}
