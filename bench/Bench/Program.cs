using System.CommandLine;
using Cim.Bench.Accuracy;
using Cim.Bench.Common;
using Cim.Bench.Kernels;
using Cim.Bench.Merging;
using Cim.Bench.Physics;
using Cim.Bench.Rounding;
using Cim.Bench.Scheduling;
using Cim.Bench.Search;
using Cim.Bench.Size;
using Cim.Bench.Speed;
using Cim.Bench.Studies;
using Cim.Bench.Training;
using Cim.Bench.Variation;
using Cim.Bench.Zoo;

// A new topic is a folder with its command and one line here; its results go to bench/results/<topic>/.
var root = new RootCommand("Measures what the project claims, one command a topic; bench/README.md lists the questions and the data.")
{
    new AccuracyCommand(),
    new RoundingCommand(),
    new VariationCommand(),
    new SearchCommand(),
    new ZooCommand(),
    new MergingCommand(),
    new PhysicsCommand(),
    new TrainingCommand(),
    new SpeedCommand(),
    new SizeCommand(),
    new StudiesCommand(),
    new KernelsCommand(),
    new SchedulingCommand(),
    CimOption.Instance,
};
ParseResult parsed = root.Parse(args);
int code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
return parsed.Errors.Count > 0 ? 2 : code;
