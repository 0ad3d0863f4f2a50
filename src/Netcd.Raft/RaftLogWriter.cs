using System.Runtime.CompilerServices;

namespace Netcd.Raft;

/// <summary>Writes log lines whose text is built only when somebody wants it.</summary>
internal sealed class RaftLogWriter(IRaftLogger? logger)
{
    public void Write(
        RaftLogLevel level,
        [InterpolatedStringHandlerArgument("", nameof(level))] ref RaftLogText text)
    {
        if (IsEnabled(level))
        {
            logger!.Log(level, text.ToString());
        }
    }

    public bool IsEnabled(RaftLogLevel level) => logger is not null && logger.IsEnabled(level);
}
