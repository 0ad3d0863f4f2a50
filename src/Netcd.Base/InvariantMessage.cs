using System.Runtime.CompilerServices;

namespace Netcd.Base;

/// <summary>
/// Interpolated message of a failed <see cref="Invariant.Check(bool, ref InvariantMessage)"/>; costs nothing when it
/// holds.
/// </summary>
[InterpolatedStringHandler]
public ref struct InvariantMessage
{
    private DefaultInterpolatedStringHandler _handler;

    public InvariantMessage(int literalLength, int formattedCount, bool condition, out bool enabled)
    {
        enabled = !condition;
        _handler = enabled ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _handler.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _handler.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _handler.AppendFormatted(value, format);

    public void AppendFormatted(ReadOnlySpan<char> value) => _handler.AppendFormatted(value);

    public override string ToString() => _handler.ToStringAndClear();
}
