using System.Diagnostics;
using System.Globalization;
using Cim.Search.Bench;

// bench/search/run [--networks resnet20,lenet,vgg] [--hardware cim-aq-4b,...] [--objective latency] [--loss 0.5] [--seeds 3]
//                  [--evaluations 60] [--samples N] [--test] [--out bench/search/results]
// Every searcher with the same evaluations; a table for each network and hardware as CSV, all of them as markdown.
var options = BenchOptions.Parse(args);
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
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{network.Name} on {hardware}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
    }
}

return 0;
