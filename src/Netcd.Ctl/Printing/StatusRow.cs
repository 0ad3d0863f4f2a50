using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Printing;

internal sealed record StatusRow(string Endpoint, StatusResponse Status);
