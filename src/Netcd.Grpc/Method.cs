namespace Netcd.Grpc;

/// <summary>One method of a gRPC service with its handler.</summary>
public sealed class Method
{
    /// <summary>A method with one request and one answer.</summary>
    public Method(string service, string name, IUnaryHandler handler)
        : this(service, name) => Unary = handler;

    /// <summary>A method with a stream in either direction or both.</summary>
    public Method(string service, string name, IStreamHandler handler, bool clientStreaming, bool serverStreaming)
        : this(service, name)
    {
        Stream = handler;
        IsClientStreaming = clientStreaming;
        IsServerStreaming = serverStreaming;
    }

    private Method(string service, string name)
    {
        Service = service;
        Name = name;
        Path = $"/{service}/{name}";
    }

    public string Service { get; }

    public string Name { get; }

    /// <summary>The HTTP/2 <c>:path</c>, e.g. <c>/etcdserverpb.KV/Range</c>.</summary>
    public string Path { get; }

    /// <summary>The handler of a unary method, else null.</summary>
    public IUnaryHandler? Unary { get; }

    /// <summary>The handler of a streaming method, else null.</summary>
    public IStreamHandler? Stream { get; }

    public bool IsClientStreaming { get; }

    public bool IsServerStreaming { get; }
}
