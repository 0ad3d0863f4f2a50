using Microsoft.AspNetCore.Http.Features;

namespace Netcd.Grpc.Server.Codec;

internal sealed record WebBodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
