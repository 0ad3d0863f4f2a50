namespace Netcd.Raft;

/// <summary>Where the state machine's log lines go. Texts are upstream's, as operators know them.</summary>
public interface IRaftLogger
{
    /// <summary>Whether lines of this level are wanted; a text is built only if so.</summary>
    bool IsEnabled(RaftLogLevel level);

    /// <summary>Takes one line. Called on the raft loop: it must not block.</summary>
    void Log(RaftLogLevel level, string message);
}
