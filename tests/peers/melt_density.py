"""A density found by NPT, for lines that the program does not know, beside a bare `lmp`: melt_density.py LAMELLA SOURCE BUILD

Molten NaCl by Fumi and Tosi (10.1016/0022-3697(64)90160-X) without a density, melted at 1800 K: `melt_density_found` is of 1080 K, 0.6 of it, after 1 ps of cooling and 2 ps at 0 bar along z.
The peer's is the mean of 20 ps of isotropic NPT at 1080 K and 0 bar from the program's own packing, pressed first (at 0 bar the loose packing would boil). They must agree within
5 % (1 ps of some 200 ions is good for about 2 %), and both be within 10 % of the measured 1.553 g/cm3 (Janz 1968, NSRDS-NBS 15: 2.1393 - 0.5430e-3 T).
"""
import json, pathlib, re, shutil, subprocess, sys, tempfile

lamella = sys.argv[1]
LINES = ["pair_style born/coul/long 8.0", "pair_coeff 1 1 0.26370 0.317 2.340 1.0486 -0.49935", "pair_coeff 1 2 0.21096 0.317 2.755 6.9906 -8.6757",
         "pair_coeff 2 2 0.15822 0.317 3.170 72.4022 -145.4285", "kspace_style pppm 1e-4", "set type 1 charge 1.0", "set type 2 charge -1.0"]
MEASURED, KELVIN = 1.553, 1080.0


def main():
    if not shutil.which("lmp"):
        print("skipped: no lmp")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        out, inputs = pathlib.Path(folder) / "layer.extxyz", pathlib.Path(folder) / "inputs"
        command = [lamella, "quench", "NaCl", "--cell", "18,0,3,17", "--thickness", "16", "--melt", "1800", "--rate", "2e14", "--hold", "4", "--method", "bulk", "--rewinds", "0",
                   "--potential", "; ".join(LINES), "-o", str(out), "--inputs", str(inputs), "--json"]
        proof = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        text = min(inputs.glob("*.in")).read_text()
        start = text[:text.index("minimize")]
        bare = start + f"""min_style sd
minimize 0.0 1.0 200 1000
velocity all create {KELVIN} 7 mom yes rot no dist gaussian
timestep 0.002
fix 1 all npt temp {KELVIN} {KELVIN} 0.2 iso 5000.0 0.0 1.0
run 5000
fix 1 all npt temp {KELVIN} {KELVIN} 0.2 iso 0.0 0.0 1.0
run 3000
reset_timestep 0
variable d equal density
fix 2 all ave/time 10 1000 10000 v_d
run 10000
variable mean equal f_2
print "DENSITY ${{mean}}"
"""
        (inputs / "bare.in").write_text(bare)
        log = subprocess.run(["lmp", "-in", "bare.in", "-log", "none"], cwd=inputs, capture_output=True, text=True)
        found = re.search(r"^DENSITY ([0-9.]+)", log.stdout, re.M)
        if not found:
            print(log.stdout[-2000:], log.stderr[-500:])
            return 1
        peer, ours = float(found[1]), proof["melt_density_found"]
    print(f"NaCl at {KELVIN:g} K, g/cm3: found by the short NPT {ours:.3f}, by 20 ps of lmp {peer:.3f}, measured {MEASURED}; glass {proof['density']:.3f}, crystal-like {100 * proof['crystal_share']:.0f} %")
    return 0 if abs(ours / peer - 1) < 0.05 and abs(peer / MEASURED - 1) < 0.1 and abs(ours / MEASURED - 1) < 0.1 else 1


sys.exit(main())
