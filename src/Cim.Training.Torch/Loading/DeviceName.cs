using System.Globalization;
using Cim.Runtime;

namespace Cim.Training.Torch.Loading;

/// <summary>The names of devices.</summary>
internal static class DeviceName
{
    /// <summary>Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <exception cref="CimException">CIM0010: something else.</exception>
    public static (bool IsCuda, int Index) Parse(string device) => device switch
    {
        "cpu" => (false, 0),
        "cuda" => (true, 0),
        _ when device.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index) => (true, index),
        _ => throw new CimException(
            ErrorCodes.WrongUsage, $"There is no device '{device}'; it must be cpu, cuda, or cuda: and a number, for example cuda:1."),
    };
}
