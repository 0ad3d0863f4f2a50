using Netcd.Client.Endpoints;
using Netcd.Grpc.Client;

namespace Netcd.Client.Calls;

/// <summary>One call with its attempts so far.</summary>
internal sealed class CallCourse(string path, RetryClass retry, CallSettings settings, long deadline)
{
    public string Path { get; } = path;

    public RetryClass Retry { get; } = retry;

    public CallSettings Settings { get; } = settings;

    /// <summary>Timestamp at which its time is over.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>Attempts that reached a server.</summary>
    public int Attempts { get; set; }

    /// <summary>Attempts for which no connection could be made.</summary>
    public int Unsent { get; set; }

    /// <summary>What the last attempt ended with: the reason behind a deadline.</summary>
    public GrpcException? Last { get; set; }

    /// <summary>Where that was.</summary>
    public Endpoint? LastEndpoint { get; set; }
}
