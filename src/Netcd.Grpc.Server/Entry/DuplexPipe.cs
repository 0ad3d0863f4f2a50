using System.IO.Pipelines;

namespace Netcd.Grpc.Server.Entry;

internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
