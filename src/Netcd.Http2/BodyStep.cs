namespace Netcd.Http2;

/// <summary>What a response body can do after a call of <see cref="IHttp2Body.Fill"/>.</summary>
public enum BodyStep
{
    /// <summary>More bytes are there now; the codec asks again when windows and output allow.</summary>
    More,

    /// <summary>Nothing more now; the owner calls <see cref="Http2Connection.BodyReady"/> when there is.</summary>
    Waiting,

    /// <summary>The body is over; <see cref="IHttp2Body.Trailers"/> follow.</summary>
    End,

    /// <summary>
    /// The body cannot be completed; the stream is reset with <see cref="Http2ErrorCode.InternalError"/>.
    /// </summary>
    Abort,
}
