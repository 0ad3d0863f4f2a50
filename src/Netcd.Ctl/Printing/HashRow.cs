using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Printing;

internal sealed record HashRow(string Endpoint, HashKVResponse Hash);
