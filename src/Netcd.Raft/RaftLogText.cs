using System.Runtime.CompilerServices;

namespace Netcd.Raft;

/// <summary>
/// Text of a log line; costs nothing when the line is not wanted. Members are printed in hex, as etcd does.
/// </summary>
[InterpolatedStringHandler]
internal ref struct RaftLogText
{
    private DefaultInterpolatedStringHandler _handler;

    public RaftLogText(
        int literalLength, int formattedCount, RaftLogWriter writer, RaftLogLevel level, out bool enabled)
    {
        enabled = writer.IsEnabled(level);
        _handler = enabled ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _handler.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _handler.AppendFormatted(value);

    public override string ToString() => _handler.ToStringAndClear();
}
