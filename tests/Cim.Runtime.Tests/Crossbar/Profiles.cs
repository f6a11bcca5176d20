using Cim.Runtime.Hardware;

namespace Cim.Runtime.Tests.Crossbar;

internal static class Profiles
{
    /// <summary>128x128 arrays, 2-bit cells, 1-bit DACs, 8-bit ADCs, no non-ideality.</summary>
    public static HardwareProfile Plain { get; } = new()
    {
        Name = "test", Rows = 128, Columns = 128, CellBits = 2, DacBits = 1, AdcBits = 8, ColumnsPerAdc = 8, ArraysPerCore = 8, Cores = 0,
        Encoding = WeightEncoding.Differential, GOn = 1e-4, GOff = 1e-6, AdcRange = new AdcRange(AdcRangePolicy.Full),
        AdcPerInputSlice = true, ReadLatency = 1e-7, WriteLatency = 1e-6, AdcLatency = 1e-9,
    };
}
