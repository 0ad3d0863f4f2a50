namespace Netcd.Http2.Tests;

/// <summary>One row of the rules' table: frames a client sends after the greeting, and what must come of it.</summary>
/// <param name="Frames">Frames, sent in one piece.</param>
/// <param name="StreamId">The stream that is reset, 0 for a connection error or none.</param>
/// <param name="Code">The error, null when the frames are right.</param>
internal sealed record RuleCase(byte[][] Frames, int StreamId, Http2ErrorCode? Code)
{
    public static RuleCase Good(params byte[][] frames) => new(frames, 0, null);

    public static RuleCase Connection(Http2ErrorCode code, params byte[][] frames) => new(frames, 0, code);

    public static RuleCase Stream(int streamId, Http2ErrorCode code, params byte[][] frames) => new(frames, streamId, code);
}
