using System.Diagnostics;
using System.Globalization;
using Cim.Search.Bench;

if (BenchOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchOptions.Usage);
    return args.Contains("--help") ? 0 : 2;
}

Directory.CreateDirectory(options.Output);
var rows = new List<Row>();
foreach (Network network in Network.All(options.Repository).Where(n => options.Networks.Contains(n.Name)))
{
    if (!File.Exists(network.Model) || !File.Exists(network.Calibration))
    {
        Console.Error.WriteLine($"{network.Name} is left out: {network.Model} or {network.Calibration} is not here");
        continue;
    }

    foreach (string hardware in options.Hardware)
    {
        long start = Stopwatch.GetTimestamp();
        rows.AddRange(Comparison.Run(network, hardware, options));
        Tables.Write(options, rows);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{network.Name} on {hardware}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
    }
}

return 0;
